//! The main job of `memo-core` on real input: an editor's analyses over thousands of Rust files, remembered for exactly
//! as long as the version of the file they belong to. And, as a control, the same without.
//!
//! ```text
//! cargo run --release --example corpus            # over the dependencies that cargo has downloaded
//! cargo run --release --example corpus -- DIR     # over every .rs file below DIR
//! cargo run --release --example corpus -- --quick # a few seconds
//! ```
//!
//! It replays a session at random, but the same one for the same seed: files are opened, viewed, edited (each edit makes
//! a new object), undone (which brings the old object back, and with it its results), searched and closed. It does so
//! three times, in a fresh process each: with the memos, with nothing remembered, and with a strong cache by path. Then it
//! prints the memos' report, and time and heap side by side.
//!
//! The answers of all three have to be the same, and no result of a memo may outlive its file, which is counted from
//! outside the library. Otherwise it exits with 1.
//!
//! Where to look: `analyses.rs` has the functions and their memos, to copy; `ways/` the three ways to call them, of
//! which `by_path.rs` is the cache that one would write instead; `witness/` gathers the evidence.

mod analyses;
mod args;
mod input;
mod print;
mod replay;
mod results;
mod ways;
mod witness;

use args::{Command, Options};
use input::Plan;
use peak_alloc::PeakAlloc;
use print::Comparison;
use std::error::Error;
use std::process::ExitCode;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    let done = match args::parse() {
        Ok(Command::Help) => {
            println!("{}", args::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Command::Replay(way)) => replay::answer(&way).map(|()| ExitCode::SUCCESS),
        Ok(Command::Run(options)) => run(&options),
        Err(error) => Err(format!("{error}\n\n{}", args::HELP).into()),
    };
    done.unwrap_or_else(|message| {
        eprintln!("corpus: {message}");
        ExitCode::from(2)
    })
}

fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let found = input::rust_files(options.dir.as_deref())?;
    print::found(&found);
    let plan = Plan::new(found.files, options.seed, options.files);
    if plan.files.is_empty() {
        return Err(format!("none of the .rs files in {} can be read as UTF-8", found.place).into());
    }
    let good = match Comparison::of(&plan) {
        Ok(comparison) => print::comparison(&plan, &comparison),
        // A result of another text makes a replay panic, if it does not show something else.
        Err(error) => {
            eprintln!("corpus: {error}");
            false
        }
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Comparison {
    fn of(plan: &Plan) -> Result<Self, Box<dyn Error>> {
        Ok(Comparison {
            memos: replay::replay(plan, "memos")?,
            bare: replay::replay(plan, "bare")?,
            by_path: replay::replay(plan, "by-path")?,
        })
    }
}
