//! Random scripts against a plain list, each on every kind of map and set: after every command the answers, the counts, the entries, the
//! strong counts and the drops are what the list says.
//!
//! `MEMO_WEAK_SCRIPTS` (default 300) and `MEMO_MODEL_SEED` choose how many and which. A failure is shrunk to a script of which no command can
//! be left out, and printed with its kind and seed.

mod handles;
mod kinds;
mod world;

use std::panic::{self, AssertUnwindSafe, catch_unwind};

use memo_tests::{alone, message};

use kinds::{ALL, Run};
use world::Command;

const SCRIPTS: u64 = 300;
const SEED: u64 = 0x5EED;
const COMMANDS: usize = 60;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

fn attempt(run: Run, commands: &[Command]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| run(commands))).map_err(|panic| message(&*panic))
}

/// Leaves out what is not needed to fail.
fn shrink(run: Run, mut commands: Vec<Command>, mut why: String) -> (Vec<Command>, String) {
    panic::set_hook(Box::new(|_| {}));
    let mut size = commands.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < commands.len() {
            let mut fewer = commands.clone();
            fewer.drain(at..(at + size).min(commands.len()));
            match attempt(run, &fewer) {
                Err(still) => (commands, why) = (fewer, still),
                Ok(()) => at += size,
            }
        }
        size /= 2;
    }
    drop(panic::take_hook());
    (commands, why)
}

/// One process of its own, since what others sweep is not theirs.
#[test]
fn random_scripts_do_what_a_list_says_on_every_kind_of_map() {
    alone(|| {
        let seed = number("MEMO_MODEL_SEED").unwrap_or(SEED);
        for script in 0..number("MEMO_WEAK_SCRIPTS").unwrap_or(SCRIPTS) {
            let mut random = fastrand::Rng::with_seed(seed.wrapping_add(script));
            let commands: Vec<_> = (0..COMMANDS).map(|_| Command::any(&mut random)).collect();
            for (kind, run) in ALL {
                if let Err(why) = attempt(*run, &commands) {
                    let (shortest, why) = shrink(*run, commands, why);
                    panic!(
                        "{kind}, seed {seed}, script {script}: {why}\nthe shortest script that fails:\n{shortest:#?}"
                    );
                }
            }
        }
    });
}
