//! An editing session over real Rust sources, and three ways to answer what the editor asks.
//!
//! The program is the example `corpus`; see `main.rs`. What is public beside it is for those who replay the very session
//! in a way of their own: its [`script`](Script), and the [`results`] of the analyses with the computing of them.

mod analyses;
mod args;
mod input;
mod print;
mod replay;
pub mod results;
mod script;
mod ways;
mod witness;

use args::{Command, Options};
use peak_alloc::PeakAlloc;
use print::Comparison;
use std::error::Error;
use std::process::ExitCode;

pub use input::{Found, Plan, rust_files};
pub use script::{Script, Step, Text};

/// The allocator of the example. In a program that has another one it counts nothing.
static HEAP: PeakAlloc = PeakAlloc;

/// The program.
pub fn main() -> ExitCode {
    let done = match args::parse() {
        Ok(Command::Help) => {
            println!("{}", args::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Command::Replay { way, inspect }) => replay::answer(&way, inspect).map(|()| ExitCode::SUCCESS),
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
    let good = match Comparison::of(&plan, options.inspect) {
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
    fn of(plan: &Plan, inspect: bool) -> Result<Self, Box<dyn Error>> {
        Ok(Comparison {
            memos: replay::replay(plan, "memos", inspect)?,
            bare: replay::replay(plan, "bare", false)?,
            by_path: replay::replay(plan, "by-path", false)?,
        })
    }
}
