//! Three processes over one folder of source files, which share what they compute; one is killed, and started again.
//!
//! ```sh
//! cargo run --release -p memo-store --features redis --example fleet             # over this workspace's own files
//! cargo run --release -p memo-store --features redis --example fleet -- FOLDER --picture leases.svg
//! ```
//!
//! It needs a `redis-server` or `valkey-server` (Debian: `apt-get install redis-server`), which it starts for itself. It
//! prints who computed what, and draws what each process held over time.

mod analyses;
mod folder;
mod leases;
mod server;
mod worker;

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use leases::Leases;
use server::Server;
use worker::{Told, Worker};

/// As long as a process may be silent before what it holds is let go, and how long that is kept then.
const LEASE: Duration = Duration::from_millis(800);
const GRACE: Duration = Duration::from_millis(1500);

struct Options {
    folder: PathBuf,
    picture: Option<PathBuf>,
    quick: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(worker) = worker::from_environment() {
        return worker;
    }
    let options = options()?;
    let Some(server) = Server::start()? else {
        eprintln!("SKIPPED: there is no redis-server and no valkey-server (Debian: apt-get install redis-server)");
        return Ok(());
    };
    let started = Instant::now();
    let start = |name| Worker::start(name, &options.folder, &server, started);
    let mut told = Vec::new();

    println!("Three processes, at the same time:");
    let (mut ann, mut ben, mut cat) = (start("ann")?, start("ben")?, start("cat")?);
    for worker in [&mut ann, &mut ben, &mut cat] {
        told.push(("started", worker.ready()?));
    }
    println!("ben is killed, and started again:");
    let ben_held = ben.kill()?;
    let mut ben = start("ben")?;
    told.push(("started again", ben.ready()?));
    rest(&options);
    println!("cat ends, and a new one comes late:");
    let cat_held = cat.end()?;
    let mut dan = start("dan")?;
    told.push(("came late", dan.ready()?));
    rest(&options);
    let mut held = vec![("ben, killed", ben_held), ("cat", cat_held)];
    for (name, worker) in [("ann", ann), ("ben", ben), ("dan", dan)] {
        held.push((name, worker.end()?));
    }
    let left = server.is_empty_within(LEASE + GRACE * 4)?;

    print(&told);
    println!(
        "All have ended; after the grace time {}.",
        if left == 0 { "the store is empty".to_owned() } else { format!("there are still {left} keys") }
    );
    if let Some(path) = &options.picture {
        Leases::new(held, LEASE, GRACE).draw(path)?;
        println!("What each held over time is in {}.", path.display());
    }
    // The first three share all of it, and nobody after them computes anything.
    let (first, later) = told.split_at(3);
    let distinct = first[0].1.computed + first[0].1.found;
    let computed: usize = first.iter().map(|(_, told)| told.computed).sum();
    if left > 0 || computed > distinct || later.iter().any(|(_, told)| told.computed > 0) {
        return Err("this is not what was promised".into());
    }
    Ok(())
}

/// So that the picture shows more than starts and ends.
fn rest(options: &Options) {
    thread::sleep(if options.quick { Duration::from_millis(100) } else { LEASE * 2 });
}

fn print(told: &[(&str, Told)]) {
    println!("\n| process | | results | computed | found | took |\n|---|---|---:|---:|---:|---:|");
    for (when, Told { name, computed, found, took }) in told {
        println!("| {name} | {when} | {} | {computed} | {found} | {took:.0?} |", computed + found);
    }
    println!();
}

fn options() -> Result<Options, Box<dyn Error>> {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut options = Options { folder: own, picture: None, quick: false };
    let mut words = env::args_os().skip(1);
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--quick") => options.quick = true,
            Some("--picture") => options.picture = Some(words.next().ok_or("write --picture FILE.svg")?.into()),
            _ => options.folder = word.into(),
        }
    }
    Ok(options)
}
