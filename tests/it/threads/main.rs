//! The whole library under a scheduler that decides who goes on: small scripts on two or three threads, whose answers must
//! be those of some order of steps.

#![cfg(shuttle)]

mod checker;
mod directed;
mod memos;
mod script;
mod world;

use std::env;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use script::Script;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

const SEED: u64 = 0x5EED;
const SCHEDULES: u64 = 20_000;
/// Of one random script.
const EACH: usize = 20;

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    let digits = text.strip_prefix("0x");
    let number = digits.map_or_else(|| text.parse(), |digits| u64::from_str_radix(digits, 16));
    Some(number.unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

fn seed() -> u64 {
    number("MEMO_THREADS_SEED").unwrap_or(SEED)
}

fn schedules() -> u64 {
    number("MEMO_THREADS_SCHEDULES").unwrap_or(SCHEDULES)
}

fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    config.failure_persistence = FailurePersistence::None;
    // Far more than a script takes: who waits for what never comes gets there.
    config.max_steps = MaxSteps::FailAfter(200_000);
    config.silence_warnings = true;
    config
}

/// Panics that are meant say nothing, in spite of the scheduler's hook.
fn quieten() {
    Runner::new(RandomScheduler::new_from_seed(0, 1), config()).run(|| {});
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<String>();
        if !text.is_some_and(|text| text.contains("asks for a result")) {
            hook(info);
        }
    }));
}

fn run_with(script: &Script, scheduler: impl Scheduler + 'static) {
    let script = script.clone();
    Runner::new(scheduler, config()).run(move || world::run(&script));
}

/// Runs a script in so many schedules, half of them by a scheduler that changes its mind rarely.
pub(crate) fn run(name: &str, script: &Script, seed: u64, schedules: usize) {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        run_with(script, RandomScheduler::new_from_seed(seed, schedules.div_ceil(2)));
        run_with(script, PctScheduler::new_from_seed(seed, 3, schedules.div_ceil(2)));
    }));
    if let Err(panic) = attempt {
        eprintln!("{name}, MEMO_THREADS_SEED={seed:#x}");
        panic::resume_unwind(panic);
    }
}

/// One test: the memos, and the side table, are the process's.
#[test]
fn outcomes_are_those_of_some_order_of_steps() {
    quieten();
    let started = Instant::now();
    directed::run_all(seed(), usize::try_from(schedules() / 100).expect("not so many"));
    let directed = started.elapsed();
    let scripts = schedules() / EACH as u64;
    for at in 0..scripts {
        let seed = seed().wrapping_add(at);
        let script = Script::random(&mut fastrand::Rng::with_seed(seed));
        run("a random script", &script, seed, EACH);
    }
    report(directed, started.elapsed(), scripts);
}

fn report(directed: Duration, all: Duration, scripts: u64) {
    println!("{scripts} random scripts in {EACH} schedules each, after {directed:?} of directed ones: {all:?}");
}
