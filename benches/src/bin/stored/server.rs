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
                let until = Instant::now() + Duration::from_secs(10);
                while !server.ask("PING").is_ok_and(|answer| answer.starts_with("+PONG")) {
                    if Instant::now() > until {
                        return Err("the server does not answer".into());
                    }
                    thread::sleep(Duration::from_millis(20));
                }
                return Ok(Some(server));
            }
        }
        Ok(None)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn ask(&self, question: &str) -> Result<String, Box<dyn Error>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("{question}\r\n").as_bytes())?;
        let mut answer = vec![0; 1 << 16];
        let len = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer[..len]).into_owned())
    }

    fn info(&self, section: &str, name: &str) -> Result<String, Box<dyn Error>> {
        let info = self.ask(&format!("INFO {section}"))?;
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(line.ok_or("it does not say")?.to_owned())
    }

    pub(crate) fn version(&self) -> Result<String, Box<dyn Error>> {
        Ok(format!("redis-server {}", self.info("server", "redis_version")?))
    }

    /// How many bytes of memory it uses.
    pub(crate) fn bytes(&self) -> Result<u64, Box<dyn Error>> {
        Ok(self.info("memory", "used_memory")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
