//! A server of a test's own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use memo_store::engine::Redis;

use crate::watchdog::in_time;

/// Ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An engine that is patient, so that a machine with much to do is not taken for one that hangs.
pub(crate) fn engine_at(port: u16) -> Redis {
    Redis::open(&format!("redis://127.0.0.1:{port}")).unwrap().timeout(Duration::from_secs(20))
}

impl Server {
    /// None where there is none to start.
    pub(crate) fn start() -> Option<Self> {
        Self::start_at(free_port())
    }

    pub(crate) fn start_at(port: u16) -> Option<Self> {
        if !Command::new("redis-server")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
        {
            eprintln!("SKIPPED: there is no redis-server (Debian: apt-get install redis-server)");
            return None;
        }
        let mut server = Self { child: spawn(port), port };
        server.wait();
        Some(server)
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it, and starts it again, empty.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.port);
        self.wait();
    }

    fn wait(&mut self) {
        in_time(|| {
            // Somebody else may have got the port, or its last owner still has it.
            if self.child.try_wait().unwrap().is_some() {
                self.child = spawn(self.port);
            }
            answers(self.port)
        });
    }

    /// It keeps its connections, and does nothing, until it goes on.
    pub(crate) fn hang(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    pub(crate) fn engine(&self) -> Redis {
        engine_at(self.port)
    }

    /// A connection past the engine.
    pub(crate) fn connection(&self) -> ::redis::Connection {
        ::redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).unwrap().get_connection().unwrap()
    }

    /// A command past the engine, in words.
    pub(crate) fn run<T: ::redis::FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut command = ::redis::cmd(words.next().unwrap());
        words.for_each(|word| _ = command.arg(word));
        command.query(&mut self.connection()).unwrap()
    }

    /// How many keys it has.
    pub(crate) fn size(&self) -> u64 {
        self.run("DBSIZE")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn spawn(port: u16) -> Child {
    let port = port.to_string();
    Command::new("redis-server")
        .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn answers(port: u16) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).map(|()| answer)
    };
    ask().is_ok_and(|answer: [u8; 7]| &answer == b"+PONG\r\n")
}
