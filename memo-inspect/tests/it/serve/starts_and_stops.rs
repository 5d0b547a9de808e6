use std::error::Error;
use std::io::Read;
use std::net::{TcpListener, TcpStream};

use memo_inspect::{Inspector, SpawnError, spawn};

use crate::client::{connect, get};
use crate::watchdog::watchdog;

/// How many threads of this process serve.
#[cfg(target_os = "linux")]
fn servers(tag: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("a folder");
    let name = |task: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(task.ok()?.path().join("comm")).ok();
    tasks.filter_map(name).filter(|name| name.trim() == tag).count()
}

#[test]
fn dropped_it_listens_no_more() {
    watchdog(|| {
        let server = spawn("127.0.0.1:0").expect("it is served");
        let address = server.local_addr();
        assert_eq!(get(&server, "/api/memos").status, 200);
        drop(server);
        assert!(TcpStream::connect(address).is_err());
        // The port is free again, or another test has it by now.
        if let Ok(listener) = TcpListener::bind(address) {
            drop(listener);
        }
    });
}

#[test]
fn stopped_it_closes_what_is_open() {
    watchdog(|| {
        let server = spawn("127.0.0.1:0").expect("it is served");
        let mut open = connect(server.local_addr());
        assert_eq!(get(&server, "/").status, 200);
        server.stop();
        // Reset or closed.
        assert_eq!(open.read(&mut [0]).unwrap_or(0), 0);
    });
}

/// In a process with nothing else: threads of other tests have the same name.
#[cfg(target_os = "linux")]
#[test]
fn its_thread_has_ended_when_it_is_dropped() {
    const ALONE: &str = "MEMO_INSPECT_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let this = std::env::current_exe().expect("a program");
        let name = "serve::starts_and_stops::its_thread_has_ended_when_it_is_dropped";
        let status = std::process::Command::new(this).args(["--exact", name]).env(ALONE, "1").status();
        return assert!(status.expect("it runs").success());
    }
    watchdog(|| {
        for _ in 0..20 {
            let server = spawn("127.0.0.1:0").expect("it is served");
            assert_eq!((get(&server, "/api/memos").status, servers("memo-inspect")), (200, 1));
            drop(server);
            assert_eq!(servers("memo-inspect"), 0);
        }
    });
}

#[test]
fn it_starts_and_stops_in_a_runtime_of_the_programs() {
    watchdog(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let server = spawn("127.0.0.1:0").expect("it is served");
            assert_eq!(get(&server, "/").status, 200);
        });
    });
}

#[test]
fn where_it_may_not_listen_is_told_by_type() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = taken.local_addr().expect("an address");
    assert!(matches!(spawn(at), Err(SpawnError::Listen(_))));
    assert!(matches!(spawn("no address"), Err(SpawnError::Address(_))));
    assert!(matches!(spawn(&[][..]), Err(SpawnError::Address(_))));
    assert!(matches!(spawn("0.0.0.0:0"), Err(SpawnError::NotLoopback(_))));
    assert!(matches!(spawn("[::]:0"), Err(SpawnError::NotLoopback(_))));
    let mixed = ["127.0.0.1:0", "192.0.2.1:0"].map(|address| address.parse().expect("an address"));
    assert!(matches!(spawn(&mixed[..]), Err(SpawnError::NotLoopback(_))), "one of them");
    let error = spawn(at).expect_err("it is taken");
    assert!(error.source().is_some() && !error.to_string().is_empty());
}

#[test]
fn who_comes_from_elsewhere_needs_a_token_to_change_something() {
    let remote = || Inspector::new().allow_remote();
    assert!(matches!(remote().allow_control().spawn("0.0.0.0:0"), Err(SpawnError::NoToken(_))));
    let server = remote().allow_control().token("a token").spawn("0.0.0.0:0").expect("it is served");
    assert!(server.url().starts_with("http://127.0.0.1:"), "{}", server.url());
    assert!(remote().spawn("0.0.0.0:0").is_ok());
}
