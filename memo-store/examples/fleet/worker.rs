//! One of the processes: this program, started again.

use std::collections::hash_map::RandomState;
use std::env;
use std::error::Error;
use std::hash::BuildHasher;
use std::io::{BufRead, BufReader, Write, stdin};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::analyses::{SERVER, breaks, store, words};
use crate::folder;
use crate::server::Server;

const FOLDER: &str = "FLEET_FOLDER";

/// What a process did.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) computed: usize,
    pub(crate) found: usize,
    pub(crate) took: Duration,
}

/// When, and how many results a process held then.
pub(crate) type Held = Vec<(Duration, u64)>;

/// A process, as the one that started it sees it.
pub(crate) struct Worker {
    name: &'static str,
    process: Child,
    input: Option<ChildStdin>,
    lines: Receiver<(Duration, String)>,
    held: Held,
}

impl Worker {
    pub(crate) fn start(
        name: &'static str,
        folder: &Path,
        server: &Server,
        since: Instant,
    ) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(env::current_exe()?)
            .env(FOLDER, folder)
            .env(SERVER, server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (input, output) = (process.stdin.take(), process.stdout.take().ok_or("no output")?);
        Ok(Self { name, process, input, lines: each_line(output, since), held: Vec::new() })
    }

    /// Waits until it has all results.
    pub(crate) fn ready(&mut self) -> Result<Told, Box<dyn Error>> {
        loop {
            let (when, line) = self.lines.recv()?;
            let mut words = line.split(' ');
            let (word, mut number) = (words.next(), || words.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0));
            match word {
                Some("ready") => {
                    let (computed, found) = (number() as usize, number() as usize);
                    return Ok(Told { name: self.name, computed, found, took: Duration::from_micros(number()) });
                }
                _ => self.held.push((when, number())),
            }
        }
    }

    fn rest(&mut self) {
        for (when, line) in &self.lines {
            self.held.extend(line.strip_prefix("held ").and_then(|n| Some((when, n.parse().ok()?))));
        }
    }

    /// Kills it, as by `kill -9`. Returns what it held.
    pub(crate) fn kill(mut self) -> Result<Held, Box<dyn Error>> {
        self.process.kill()?;
        self.rest();
        Ok(std::mem::take(&mut self.held))
    }

    /// Lets it end by itself. Returns what it held.
    pub(crate) fn end(mut self) -> Result<Held, Box<dyn Error>> {
        drop(self.input.take());
        self.rest();
        self.process.wait()?;
        Ok(std::mem::take(&mut self.held))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn each_line(output: ChildStdout, since: Instant) -> Receiver<(Duration, String)> {
    let (send, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send((since.elapsed(), line)).is_err() {
                break;
            }
        }
    });
    lines
}

/// The work of such a process, if this is one.
pub(crate) fn from_environment() -> Option<Result<(), Box<dyn Error>>> {
    Some(work(&PathBuf::from(env::var_os(FOLDER)?)))
}

fn work(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut texts = folder::read(folder)?;
    // Each begins elsewhere.
    let from = RandomState::new().hash_one(std::process::id()) as usize % texts.len().max(1);
    texts.rotate_left(from);
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        _ = writeln!(out, "{line}").and_then(|()| out.flush());
    };
    thread::spawn(move || {
        loop {
            say(format!("held {}", store().stats().held));
            thread::sleep(Duration::from_millis(50));
        }
    });
    let started = Instant::now();
    for text in &texts {
        _ = words(text);
        [40, 80].iter().for_each(|columns| _ = breaks(text, *columns));
    }
    let (took, stats) = (started.elapsed(), store().stats());
    _ = store().flush(Duration::from_secs(10));
    say(format!("ready {} {} {}", stats.misses, stats.hits, took.as_micros()));
    // Until the other end is closed.
    stdin().lines().for_each(drop);
    // The objects go, and what was held for them is released.
    drop(texts);
    memo_core::sweep();
    _ = store().flush(Duration::from_secs(10));
    say(format!("held {}", store().stats().held));
    Ok(())
}
