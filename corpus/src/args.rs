//! The command line.

use lexopt::prelude::*;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Replays an editing session over real Rust sources, with memoized analyses at each step; then the
same session with nothing remembered, and with a strong cache by path.

Usage: cargo run --release --example corpus [-- [--quick] [--inspect] [--seed N] [--files N] [DIR]]

  DIR        every .rs file below it; without it, the sources of the dependencies that
             cargo has downloaded
  --quick    a session of a few seconds (also: CORPUS_QUICK=1 in the environment)
  --inspect  serves a live page of the memos while they are at work, on this machine alone
  --seed N   another session; the same seed over the same files replays the same one (default 1)
  --files N  how many times a file is opened: the length of the session (default 2000, quick 400)

Exit code: 0 all well; 1 an answer differs, a result outlives its file, or a replay fails;
2 nothing to run on.";

const FILES: u64 = 2_000;
const QUICK_FILES: u64 = 400;

#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Run(Options),
    /// What the program starts itself with, once for each way: `[--inspect] --replay WAY`.
    Replay {
        way: String,
        inspect: bool,
    },
}

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) dir: Option<PathBuf>,
    pub(crate) seed: u64,
    pub(crate) files: u64,
    pub(crate) inspect: bool,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let (mut dir, mut seed, mut files, mut inspect) = (None, 1, None, false);
    let mut quick = std::env::var_os("CORPUS_QUICK").is_some_and(|value| value != "0");
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("quick") => quick = true,
            Long("inspect") => inspect = true,
            Long("seed") => seed = args.value()?.parse()?,
            Long("files") => files = Some(args.value()?.parse()?),
            Long("replay") => return Ok(Command::Replay { way: args.value()?.string()?, inspect }),
            Short('h') | Long("help") => return Ok(Command::Help),
            Value(value) if dir.is_none() => dir = Some(PathBuf::from(value)),
            _ => return Err(arg.unexpected()),
        }
    }
    let files = files.unwrap_or(if quick { QUICK_FILES } else { FILES });
    if files == 0 {
        return Err("--files must be at least 1".into());
    }
    Ok(Command::Run(Options { dir, seed, files, inspect }))
}
