//! Everything at once, for as long as you like: threads ask, change, replace, clear and sweep the memos of this program while
//! every answer is checked; in the end all is dropped and all is counted.
//!
//! ```sh
//! cargo run --release -p memo-tests --bin stress                                        # a minute
//! cargo run --release -p memo-tests --bin stress -- --panics                            # with panics in all user code
//! cargo run --release -p memo-tests --bin stress -- --operations 100000000              # the soak
//! ```
//!
//! For a reader: `books` (who does what, and what is counted), `memos` (in it `object`, what results come from; `value`, results that check
//! themselves; `functions`, the memos; `face`, one face for all of them; `ask`, what must come of a call), and `run` (`pool`, the objects that
//! threads share; `worker`, what a thread does; `audit`, the end).

mod books;
mod memos;
mod run;

use std::process::ExitCode;

use books::options::{self, Command};
use run::{audit, course};

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;

fn main() -> ExitCode {
    match options::parse() {
        Ok(Command::Help) => {
            println!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Ok(Command::Run(options)) => {
            audit::start();
            let end = course::run(options);
            audit::end(&end);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("stress: {error}\n\n{}", options::HELP);
            ExitCode::from(2)
        }
    }
}
