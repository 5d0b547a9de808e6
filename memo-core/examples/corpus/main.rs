//! The main job on real input: an editor's analyses over thousands of Rust files, remembered for
//! exactly as long as the version of the file they belong to.
//!
//! ```text
//! cargo run --release --example corpus            # over the dependencies that cargo has downloaded
//! cargo run --release --example corpus -- DIR     # over every .rs file below DIR
//! cargo run --release --example corpus -- --quick # a few seconds
//! ```
//!
//! It replays a random session, the same one for the same seed. Files are opened, viewed, edited (each
//! edit makes a new object), undone (which brings back the old object with its results), searched and
//! closed. At the end it prints the report table, the heap in use and the live results over time.
//! Meanwhile it recomputes a sample of the results without any memo, and counts from outside whether a
//! result outlives its file. If either check fails, it exits with 1.
//!
//! Where to look: `analyses/mod.rs` has the memoized functions, `editor.rs` calls them like any
//! function, `ledger.rs` gathers the evidence.

mod analyses;
mod args;
mod check;
mod editor;
mod find;
mod ledger;
mod session;
mod source;
mod summary;

use args::{Command, Options};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use peak_alloc::PeakAlloc;
use session::{Outcome, Sample, Session};
use std::process::ExitCode;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    match args::parse() {
        Ok(Command::Help) => {
            println!("{}", args::HELP);
            ExitCode::SUCCESS
        }
        Ok(Command::Run(options)) => run(&options).unwrap_or_else(|message| refuse(&message)),
        Err(error) => refuse(&format!("{error}\n\n{}", args::HELP)),
    }
}

fn refuse(message: &str) -> ExitCode {
    eprintln!("corpus: {message}");
    ExitCode::from(2)
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let found = find::rust_files(options.dir.as_deref())?;
    summary::print_found(&found);
    let outcome = replay(Session::new(found.files.clone(), options.seed, options.files), options.files);
    if outcome.steps.opened == 0 {
        return Err(format!("none of the .rs files in {} can be read as UTF-8", found.place));
    }
    summary::print(&outcome, options.seed);
    let good = outcome.checked.differences.is_empty() && outcome.overstays.is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The bar is drawn on the error stream, and hidden if that is not a terminal.
fn replay(session: Session, length: u64) -> Outcome {
    let style = ProgressStyle::with_template("{bar:32} {human_pos}/{human_len} files opened, {msg}  {eta} left");
    let bar = ProgressBar::new(length).with_style(style.expect("the template is right"));
    let outcome = session.run(|opened, Sample { heap, census }| {
        bar.set_position(opened);
        let (results, files) = (census.results, census.files);
        bar.set_message(format!("{results} results of {files} versions, heap {}", HumanBytes(heap as u64)));
    });
    bar.finish_and_clear();
    outcome
}
