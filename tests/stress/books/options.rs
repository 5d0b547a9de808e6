//! The command line.

use std::time::Duration;

use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
Stresses the memos of this program, checks every answer, and counts everything at the end.

Usage: cargo run --release -p memo-tests --bin stress -- [options]

  --seconds N     how long (default 60, if --operations is not given)
  --operations N  how many memo calls and other operations, over all threads
  --threads N     how many threads work all the time (default 2); others come and go
  --seed N        another run (default 1); with one thread nearly the same run each time
  --objects N     how many owners there are when the pool is full (default 250000)
  --panics        bodies, Clone, Drop, Eq and Hash panic now and then

Exit code: 0 all well, 1 a violation, 2 a mistake on the command line; aborts when nothing moves for half a minute.";

#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Run(Options),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) time: Duration,
    /// Of each thread.
    pub(crate) operations: u64,
    pub(crate) threads: usize,
    pub(crate) seed: u64,
    pub(crate) objects: usize,
    pub(crate) panics: bool,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let (mut seconds, mut operations) = (None, None);
    let (mut threads, mut seed, mut objects, mut panics) = (2_usize, 1, 250_000, false);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("seconds") => seconds = Some(args.value()?.parse::<u64>()?),
            Long("operations") => operations = Some(args.value()?.parse::<u64>()?),
            Long("threads") => threads = args.value()?.parse()?,
            Long("seed") => seed = args.value()?.parse()?,
            Long("objects") => objects = args.value()?.parse()?,
            Long("panics") => panics = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            _ => return Err(arg.unexpected()),
        }
    }
    if !(1..=16).contains(&threads) {
        return Err("--threads must be 1 to 16".into());
    }
    let seconds = seconds.or(if operations.is_none() { Some(60) } else { None });
    Ok(Command::Run(Options {
        time: seconds.map_or(Duration::MAX, Duration::from_secs),
        operations: operations.map_or(u64::MAX, |all| all.div_ceil(threads as u64)),
        threads,
        seed,
        objects,
        panics,
    }))
}
