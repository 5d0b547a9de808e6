//! What an error of the server, or of the way to it, is to a store.

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::engine::FaultKind;

pub(super) fn kind(err: &RedisError) -> FaultKind {
    if err.is_timeout() {
        return FaultKind::Slow;
    }
    match err.kind() {
        ErrorKind::Io | ErrorKind::InvalidClientConfig | ErrorKind::AuthenticationFailed => FaultKind::Down,
        ErrorKind::Server(kind) => of_server(kind, err.detail().unwrap_or_default()),
        ErrorKind::Extension => of_code(err.code().unwrap_or_default()),
        _ => FaultKind::Damaged,
    }
}

fn of_server(kind: ServerErrorKind, detail: &str) -> FaultKind {
    match kind {
        // It is there, but does not serve: it starts, gives way to another one, or was never the one to ask.
        ServerErrorKind::BusyLoading
        | ServerErrorKind::ReadOnly
        | ServerErrorKind::MasterDown
        | ServerErrorKind::ClusterDown
        | ServerErrorKind::TryAgain
        | ServerErrorKind::Moved
        | ServerErrorKind::Ask
        | ServerErrorKind::NoPerm => FaultKind::Down,
        // In words alone: what a script met before Redis 7, and what ends a connection that is one too many.
        _ if detail.contains("-OOM ") => FaultKind::Full,
        _ if detail.contains("max number of clients") => FaultKind::Down,
        _ => FaultKind::Damaged,
    }
}

fn of_code(code: &str) -> FaultKind {
    match code {
        "OOM" => FaultKind::Full,
        // Another script runs, and does not end.
        "BUSY" => FaultKind::Slow,
        "NOAUTH" | "WRONGPASS" | "MISCONF" | "NOREPLICAS" => FaultKind::Down,
        _ => FaultKind::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(answer: &str) -> FaultKind {
        let value = ::redis::parse_redis_value(answer.as_bytes()).and_then(|value| value.extract_error());
        kind(&value.expect_err("an error"))
    }

    #[test]
    fn what_servers_say() {
        assert_eq!(kind_of("-OOM command not allowed when used memory > 'maxmemory'.\r\n"), FaultKind::Full);
        let before_7 = "-ERR Error running script (call to f_1): @user_script:3: -OOM command not allowed\r\n";
        assert_eq!(kind_of(before_7), FaultKind::Full);
        for down in ["LOADING x", "READONLY x", "MASTERDOWN x", "NOAUTH x", "MISCONF x", "MOVED 1 localhost:1"] {
            assert_eq!(kind_of(&format!("-{down}\r\n")), FaultKind::Down, "{down}");
        }
        assert_eq!(kind_of("-ERR max number of clients reached\r\n"), FaultKind::Down);
        assert_eq!(kind_of("-BUSY Redis is busy running a script.\r\n"), FaultKind::Slow);
        for damaged in ["WRONGTYPE x", "ERR x", "NOSCRIPT x", "CROSSSLOT x", "whatever"] {
            assert_eq!(kind_of(&format!("-{damaged}\r\n")), FaultKind::Damaged, "{damaged}");
        }
    }
}
