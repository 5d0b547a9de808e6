//! Everything at once, for as long as you like: threads ask, change, replace, clear and sweep the memos of this program while
//! every answer is checked; in the end all is dropped and all is counted.
//!
//! ```sh
//! cargo run --release -p memo-tests --bin stress                                        # a minute
//! cargo run --release -p memo-tests --bin stress -- --panics                            # with panics in all user code
//! cargo run --release -p memo-tests --bin stress -- --operations 100000000              # the soak
//! ```
//!
//! For a reader: `object` (what results come from), `value` (results that check themselves), `memos` (the functions),
//! `face` (one face for all of them), `ask` (what must come of a call), `pool` (the objects that threads share), `worker` and `act` (what a thread does), `audit`
//! (the end).

mod act;
mod args;
mod ask;
mod audit;
mod dice;
mod face;
mod figures;
mod memos;
mod object;
mod options;
mod pool;
mod seat;
mod tally;
mod things;
mod value;
mod violation;
mod watchdog;
mod worker;

use std::process::ExitCode;

use options::Command;

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
            let end = pool::run(options);
            audit::end(&end);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("stress: {error}\n\n{}", options::HELP);
            ExitCode::from(2)
        }
    }
}
