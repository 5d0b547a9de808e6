//! Random scripts against a plain oracle: after every command the answers, the counts, the entries and the drops are
//! what a list of results says.
//!
//! `MEMO_MODEL_STEPS` (default 100,000) and `MEMO_MODEL_SEED` choose how long and which. A failure is shrunk to the
//! shortest script that still fails and printed with its seed. One test, since it clears and sweeps the whole process.

use memo_tests::model::{self, Command, Random};
use memo_tests::{message, watchdog};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, panic};

const STEPS: u64 = 100_000;
const SEED: u64 = 0x5EED;

/// Long enough for tables to grow and shrink, short enough to be shrunk.
const SCRIPT: usize = 1000;

#[test]
fn random_scripts_do_what_a_list_of_results_says() {
    let steps = number("MEMO_MODEL_STEPS").unwrap_or(STEPS);
    let seed = number("MEMO_MODEL_SEED").unwrap_or(SEED);
    let mut done = 0;
    let mut script = 0;
    while done < steps {
        let mut random = Random::new(seed.wrapping_add(script));
        let commands: Vec<Command> = (0..SCRIPT).map(|_| Command::any(&mut random)).collect();
        if let Err(why) = run(&commands) {
            let (shortest, why) = shrink(commands, why);
            panic!("seed {seed:#x}, script {script}: {why}\nthe shortest script that fails:\n{shortest:#?}");
        }
        done += SCRIPT as u64;
        script += 1;
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    let digits = text.strip_prefix("0x");
    let number = digits.map_or_else(|| text.parse(), |digits| u64::from_str_radix(digits, 16));
    Some(number.unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

/// Runs a script on a thread of its own.
fn run(commands: &[Command]) -> Result<(), String> {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        watchdog(|| model::run(commands));
    }));
    attempt.map_err(|panic| message(&*panic))
}

/// Leaves out what is not needed to fail: halves first, single commands in the end.
fn shrink(mut commands: Vec<Command>, mut why: String) -> (Vec<Command>, String) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let mut size = commands.len() / 2;
    while size > 0 {
        let mut at = 0;
        let before = commands.len();
        while at < commands.len() {
            let mut fewer = commands.clone();
            fewer.drain(at..(at + size).min(commands.len()));
            match run(&fewer) {
                Err(still) => (commands, why) = (fewer, still),
                Ok(()) => at += size,
            }
        }
        if size > 1 || commands.len() == before {
            size /= 2;
        }
    }
    panic::set_hook(hook);
    (commands, why)
}
