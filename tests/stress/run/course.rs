//! The run from its start to its end.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::books::act::Act;
use crate::books::dice;
use crate::books::options::Options;
use crate::books::seat;
use crate::books::violation;
use crate::run::audit;
use crate::run::audit::End;
use crate::run::figures;
use crate::run::pool::{Parcel, Pool, joined};
use crate::run::watchdog;
use crate::run::worker::Worker;

/// Runs the threads, and drops all objects when they have ended.
pub(crate) fn run(options: Options) -> End {
    violation::set_options(options);
    let _seat = seat::take().expect("the first seat");
    dice::set(options.panics);
    watchdog::start();
    let began = Instant::now();
    let (inboxes, outlets): (Vec<_>, Vec<_>) = (0..options.threads).map(|_| mpsc::channel()).unzip();
    let pool = Arc::new(Pool::new(options, inboxes));
    let threads: Vec<_> = outlets.into_iter().enumerate().map(|(number, inbox)| start(&pool, number, inbox)).collect();
    let mut figures = figures::Figures::start(began);
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        thread::sleep(Duration::from_millis(50));
        figures.show();
        // This thread only waits: that is progress enough.
        seat::step(0);
        if began.elapsed() >= options.time {
            pool.stop();
        }
    }
    let inboxes: Vec<Receiver<Parcel>> = threads.into_iter().map(joined).collect();
    let end = End { took: began.elapsed(), operations: figures.finish() };
    seat::doing(Act::End);
    // Panics in what is dropped last would be the program's own.
    dice::set(false);
    audit::at_rest();
    drop((pool, inboxes));
    end
}

fn start(pool: &Arc<Pool>, number: usize, inbox: Receiver<Parcel>) -> thread::JoinHandle<Receiver<Parcel>> {
    let pool = Arc::clone(pool);
    let run = move || {
        let seed = pool.options.seed.wrapping_mul(1_000).wrapping_add(number as u64);
        let operations = pool.options.operations;
        Worker::new(&pool, seed, Some(&inbox)).run(operations);
        inbox
    };
    thread::Builder::new().name(format!("worker {number}")).spawn(run).expect("a thread can be started")
}
