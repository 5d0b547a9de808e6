//! A server of this program's own.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// `None`: there is none on this machine.
    pub(crate) fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        for program in ["valkey-server", "redis-server"] {
            let started = Command::new(program)
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
                .stdout(Stdio::null())
                .spawn();
            if let Ok(process) = started {
                let server = Self { process, port };
                server.wait()?;
                return Ok(Some(server));
            }
        }
        Ok(None)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Asks one question, in a line.
    fn ask(&self, question: &str) -> Result<String, Box<dyn Error>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(format!("{question}\r\n").as_bytes())?;
        let mut answer = [0; 64];
        let len = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer[..len]).trim().to_owned())
    }

    fn wait(&self) -> Result<(), Box<dyn Error>> {
        let until = Instant::now() + Duration::from_secs(10);
        while self.ask("PING").ok().as_deref() != Some("+PONG") {
            if Instant::now() > until {
                return Err("the server does not answer".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// How many keys are left, at the latest after this time. Somebody has to look: what is left is deleted by whoever has the store open.
    pub(crate) fn is_empty_within(&self, within: Duration) -> Result<usize, Box<dyn Error>> {
        use memo_store::engine::Redis;
        use memo_store::{Secret, Store};
        let store =
            Store::builder(Redis::open(&self.url())?, Secret::none()).lease(crate::LEASE).grace(crate::GRACE).open()?;
        let until = Instant::now() + within;
        loop {
            // Its own lease is one.
            let keys = self.ask("DBSIZE")?.trim_start_matches(':').parse::<usize>()?.saturating_sub(1);
            if keys == 0 || Instant::now() > until {
                drop(store);
                return Ok(keys);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
