//! What a result costs that another process computed: from a file and from a server, ours beside the stores of `cached`, and beside computing it. A minute. It needs a
//! `redis-server` or `valkey-server`, which it starts for itself.
//!
//! With `--record` what is printed goes to `benches/results/stored.md` as well, from which the pages have their figures.

mod server;
mod subjects;
mod value;

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use memo_benches::machine;
use memo_benches::report::record;
use memo_benches::run::median;

use server::Server;
use subjects::{CachedFile, CachedServer, OurFile, OurServer, Subject, in_process};
use value::{Size, Value};

const ROUNDS: usize = 15;
/// Results of each size; each is read once a round.
const RESULTS: u64 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    record::is_asked()?;
    let Some(server) = Server::start()? else {
        return Err("there is no redis-server and no valkey-server (Debian: apt-get install redis-server)".into());
    };
    let mut text = format!("{}; {}; {}.\n\n", machine::processor(), machine::versions(), server.version()?);
    for size in [Size::Short, Size::Long] {
        rows(&mut text, size, &server)?;
    }
    let [with, without, ratio] = in_process::beside(ROUNDS);
    writeln!(text, "| | with a store, ns | without, ns | ratio |\n|---|---:|---:|---:|")?;
    writeln!(text, "| hit in the process, `Arc`, by reference | {with:.2} | {without:.2} | {ratio:.3} |")?;
    record::print("stored", &text)
}

/// A table for values of one size.
fn rows(text: &mut String, size: Size, server: &Server) -> Result<(), Box<dyn Error>> {
    let mut subjects: [Box<dyn Subject>; 4] = [
        Box::new(OurFile::new()?),
        Box::new(CachedFile::new()?),
        Box::new(OurServer::new(server, size)?),
        Box::new(CachedServer::new(server, size)?),
    ];
    let values: Vec<Value> = (0..RESULTS).map(|n| Value::new(n, size)).collect();
    let mut bytes = Vec::new();
    for subject in &mut subjects {
        let before = server.bytes()?;
        let written = subject.fill(&values)?;
        bytes.push(written.unwrap_or(server.bytes()?.saturating_sub(before)) as f64 / RESULTS as f64);
    }
    let (mut times, mut again) = (vec![Vec::new(); subjects.len()], vec![Vec::new(); subjects.len()]);
    let mut computing = Vec::new();
    for round in 0..ROUNDS {
        for turn in 0..subjects.len() {
            // Who comes first changes.
            let at = (round + turn) % subjects.len();
            for times in [&mut times[at], &mut again[at]] {
                let started = Instant::now();
                for value in &values {
                    assert!(subjects[at].find(value), "{}: it was not found", subjects[at].name());
                }
                times.push(started.elapsed().as_secs_f64() * 1e6 / RESULTS as f64);
            }
            subjects[at].forget();
        }
        let started = Instant::now();
        values.iter().for_each(|value| assert!(value.is_computed_again()));
        computing.push(started.elapsed().as_secs_f64() * 1e6 / RESULTS as f64);
    }
    let name = size.name();
    writeln!(text, "| | {name} us | {name} again us | {name} bytes |\n|---|---:|---:|---:|")?;
    let [times, again] = [times, again].map(|all| all.into_iter().map(median).collect::<Vec<_>>());
    for (at, subject) in subjects.iter().enumerate() {
        writeln!(text, "| {} | {:.1} | {:.1} | {:.0} |", subject.name(), times[at], again[at], bytes[at])?;
    }
    writeln!(text, "| computed | {:.1} | - | - |", median(computing))?;
    for (what, ours, theirs) in [("file", 0, 1), ("server", 2, 3)] {
        let ratios = [&times, &again, &bytes].map(|all| all[ours] / all[theirs]);
        writeln!(text, "| {what} over `cached`'s | {:.2} | {:.2} | {:.2} |", ratios[0], ratios[1], ratios[2])?;
    }
    writeln!(text)?;
    Ok(())
}
