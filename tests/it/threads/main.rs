//! The whole library under a scheduler that decides who goes on: small scripts on two or three threads, whose answers must
//! be those of some order of steps.
//!
//! `RUSTFLAGS="--cfg memo_shuttle" cargo test --locked --release -p memo-tests --no-default-features --test threads --target-dir target/shuttle`.
//! `MEMO_THREADS_SCHEDULES` (default 20,000) says how many schedules, `MEMO_THREADS_SEED` which. A failure prints the seed
//! of its script, the script, and what each thread was told and when. Without `--cfg memo_shuttle` there is nothing here.
//!
//! # The specification
//!
//! Results are versions: each body that runs and each `insert` makes a new one, so that an answer says which compute it
//! came from. For each key (memo, owner, further argument, number) there are two things: what is *stored*, and the *flight*
//! that is running, each one or none. A command is a few steps, each at one moment between two that were seen: the command
//! was asked, its body began, its body ended, the command was answered.
//!
//! | command | steps |
//! |---|---|
//! | `call` without a body of its own | *Observe*: its answer is what is stored, or what the flight of that moment will make (it is shared, also if it is detached later) |
//! | `call` that computes | *Claim* before its body: nothing is stored and no flight is running (law 2). *Publish* after it: if its flight is still that of the key, it is stored; else it is not (law 11). *Fail* instead, if the body panicked |
//! | `call` of `single_flight = false` | it *asks* and *misses* before its body: nothing is stored. After it, it stores its own where there is nothing and its key was not asked to go since; or it answers with what is stored; or, where a refresh is running or its key was asked to go, with its own, which is not stored |
//! | `get` | *Observe* of what is stored, or of nothing |
//! | `refresh` | *Replace* before its body: nothing is stored, and the flight is its own. Then as a call |
//! | `insert` | *Store*, which ends the flight. Then *Room* is made |
//! | `forget` | *Forget*: says whether something was stored; nothing is, and no flight is running |
//! | `clear` | one *Clear* for each object, each at its own moment; the numbers of what they found add up to its answer |
//! | more than `capacity` | with *Publish* or *Room*, one that is stored goes; not the newest |
//! | an object's end | its results go at some moment after its last handle went |
//! | `len` | where no other command is going on: how many are stored whose arguments live |
//! | a ring | the call that closes it panics and leaves nothing. A body that it panics through fails |
//!
//! `checker` searches for an order of all steps that keeps to their moments, memo by memo. Besides, in every run: counters
//! only grow; at rest each body, insert, clear and forget was counted once, each call is a hit or a miss, and what came is
//! what has gone; and when all objects have gone, all answers were dropped, none twice. Who waits for what never comes
//! is found by the number of steps.
//!
//! What weak maps and the interner say in a few meetings by hand has to add up, and their values go ([`weak`]). Tasks that wait for one
//! another are woken, whichever is dropped ([`tasks`]), and share a failure ([`waits`]).
//!
//! # Why not a ready-made checker
//!
//! The testers of linearizability that there are take a specification in which a command is one step with one outcome.
//! Here a call is two steps with a flight in between, and who goes when room is made is not said.
//!
//! # What it does not show
//!
//! * Every access is sequentially consistent here: what orderings do is for the models (`loom_`).
//! * Counts of `std`'s `Arc` and `Weak` are single steps, between which nobody else goes on.
//! * Every fence is a full one, so that hits of `Arc`s take the way of a thread whose fences are: the same steps, another fence.
//! * It draws schedules, and not all of them. Memos and the side table live as long as the process: what a run begins with is
//!   what those before it left (which table has grown, which addresses are free), so a seed is run again from its first script on
//!   if it does not fail by itself.
//! * In the middle of a panic a thread goes on alone unless it has to wait.

#![cfg(memo_shuttle)]

mod checker;
mod directed;
mod memos;
mod record;
mod run;
mod scheduler;
mod script;
mod tasks;
mod waits;
mod weak;

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
        if !info.payload().is::<memo_core::Cycle>() {
            hook(info);
        }
    }));
}

fn run_with(script: &Script, scheduler: impl Scheduler + 'static) {
    let script = script.clone();
    Runner::new(scheduler, config()).run(move || run::run(&script));
}

/// Runs a script in so many schedules, half of them by a scheduler that changes its mind rarely.
fn run_in(name: &str, script: &Script, seed: u64, schedules: usize) {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        run_with(script, RandomScheduler::new_from_seed(seed, schedules.div_ceil(2)));
        run_with(script, PctScheduler::new_from_seed(seed, 3, schedules.div_ceil(2)));
    }));
    if let Err(panic) = attempt {
        eprintln!("{name}, MEMO_THREADS_SEED={seed:#x}");
        panic::resume_unwind(panic);
    }
}

/// The same for what is no script.
fn run_scenario(name: &str, scenario: fn(), schedules: usize) {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        Runner::new(RandomScheduler::new_from_seed(seed(), schedules.div_ceil(2)), config()).run(scenario);
        Runner::new(PctScheduler::new_from_seed(seed(), 3, schedules.div_ceil(2)), config()).run(scenario);
    }));
    if let Err(panic) = attempt {
        eprintln!("{name}, MEMO_THREADS_SEED={:#x}", seed());
        panic::resume_unwind(panic);
    }
}

/// One test: the memos, and the side table, are the process's.
#[test]
fn outcomes_are_those_of_some_order_of_steps() {
    scheduler::install();
    quieten();
    let started = Instant::now();
    let schedules_of_each = usize::try_from(schedules() / 100).expect("not so many");
    for (name, script) in directed::all() {
        run_in(name, &script, seed(), schedules_of_each);
    }
    for (name, scenario) in weak::all() {
        run_scenario(name, scenario, schedules_of_each);
    }
    // Most of what they do is in nobody's way: few schedules meet the moment between a look and a sleep.
    for (name, scenario) in tasks::all() {
        run_scenario(name, scenario, 15 * schedules_of_each);
    }
    for (name, scenario) in waits::all() {
        run_scenario(name, scenario, 3 * schedules_of_each);
    }
    let directed = started.elapsed();
    let scripts = schedules() / EACH as u64;
    for at in 0..scripts {
        let seed = seed().wrapping_add(at);
        let script = Script::random(&mut fastrand::Rng::with_seed(seed));
        run_in("a random script", &script, seed, EACH);
    }
    report(directed, started.elapsed(), scripts);
}

fn report(directed: Duration, all: Duration, scripts: u64) {
    println!("{scripts} random scripts in {EACH} schedules each, after {directed:?} of directed ones: {all:?}");
}
