//! Connections to the server.

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::redis::{Client, Connection, FromRedisValue, IntoConnectionInfo, RedisResult, ScriptInvocation};

use super::fault;
use crate::engine::{Fault, FaultKind};

/// So many are kept for later calls.
const IDLE: usize = 8;

/// Opens connections as they are needed, and keeps some.
pub(super) struct Pool {
    client: Client,
    /// Of each step.
    pub(super) timeout: Duration,
    /// Each has answered all that it was asked, so that no late answer is taken for that of another call.
    idle: Mutex<Vec<Connection>>,
}

/// What the server answers.
pub(super) struct Answer<T> {
    pub(super) value: T,
    /// The script was sent before, over a connection that was lost: it may have run twice.
    pub(super) again: bool,
}

impl Pool {
    pub(super) fn open(url: &str) -> io::Result<Self> {
        // The url itself is not told: it may have a password.
        let invalid = |err| {
            let text = format!("not the url of a Redis server, as `redis://host:6379` is: {err}");
            io::Error::new(io::ErrorKind::InvalidInput, text)
        };
        let info = url.into_connection_info().map_err(invalid)?;
        // Nothing is sent before it is needed: each answer that is waited for is one more that may not come.
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        // The end of a large entry must not wait until the server has said that it has the beginning.
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let client = Client::open(info.set_redis_settings(settings).set_tcp_settings(tcp)).map_err(invalid)?;
        Ok(Self { client, timeout: Duration::from_millis(100), idle: Mutex::default() })
    }

    /// Runs a script.
    ///
    /// A connection that lay idle may have been closed by a server that was started again, which nobody notices before it is used: then a new one is tried,
    /// once. So a script may run twice, which changes nothing. A number that is taken or released again is the same number, a claim that
    /// is claimed again is the holder's own, the first entry is kept, and what is deleted is gone. Only the *answer* of the first run may be lost, as it
    /// is said in the second's.
    ///
    /// What took too long is not tried again: a server that hangs would take as long once more.
    pub(super) fn ask<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<Answer<T>, Fault> {
        let idle = self.idle().pop();
        let mut again = false;
        if let Some(connection) = idle {
            match self.ask_over(connection, call) {
                Err(err) if err.is_connection_dropped() => {
                    // The others are as old.
                    let old = std::mem::take(&mut *self.idle());
                    drop(old);
                    again = true;
                }
                answer => return told(answer, again),
            }
        }
        told(self.connect().and_then(|connection| self.ask_over(connection, call)), again)
    }

    fn ask_over<T: FromRedisValue>(&self, mut connection: Connection, call: &ScriptInvocation<'_>) -> RedisResult<T> {
        let answer = call.invoke(&mut connection);
        // "It is full" is an answer, and it comes often once it comes. After other errors a connection may be in any state, or lead to what is no longer the
        // primary server.
        if answer.as_ref().err().is_none_or(|err| fault::kind(err) == FaultKind::Full) {
            self.keep(connection);
        }
        answer
    }

    fn connect(&self) -> RedisResult<Connection> {
        let connection = self.client.get_connection_with_timeout(self.timeout)?;
        connection.set_read_timeout(Some(self.timeout))?;
        connection.set_write_timeout(Some(self.timeout))?;
        Ok(connection)
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told<T>(answer: RedisResult<T>, again: bool) -> Result<Answer<T>, Fault> {
    match answer {
        Ok(value) => Ok(Answer { value, again }),
        Err(err) => Err(Fault::new(fault::kind(&err), err)),
    }
}

/// Without the password.
impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("address", &format_args!("{}", self.client.get_connection_info().addr()))
            .field("timeout", &self.timeout)
            .field("idle", &self.idle().len())
            .finish_non_exhaustive()
    }
}
