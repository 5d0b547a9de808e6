//! The end: everything is counted, against what the program counted itself.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount};
use memo_core::Stats;

use crate::books::seat;
use crate::books::tally::{self, Count, sum};
use crate::books::violation::violation;
use crate::memos::face::{FACES, Face};

/// What a run was, for the last look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) took: Duration,
    pub(crate) operations: u64,
}

/// What may stay on the heap: tables that were large once, and the main thread's counters.
const STAYS: usize = 1 << 20;

static START: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn start() {
    START.store(memo_tests::live_bytes(), Ordering::Relaxed);
    memo_tests::reset_peak();
}

/// With the threads gone and objects still alive: no call is in flight, so all adds up.
pub(crate) fn at_rest() {
    for face in &FACES {
        check(face, &(face.stats)());
    }
}

/// With all objects gone.
pub(crate) fn end(end: &End) {
    memo_core::sweep();
    table();
    for face in &FACES {
        let stats = (face.stats)();
        check(face, &stats);
        let (made, dropped) = (sum(face.id, Count::Made), sum(face.id, Count::Dropped));
        if made != dropped {
            violation!("`{}`: {made} values were made and {dropped} dropped", face.name);
        }
        if (
            stats.entries,
            stats.awaiting_sweep,
            (face.len)(),
            stats.abandoned,
            stats.suspected_leaks,
            stats.pinned_bytes,
        ) != (0, 0, 0, 0, 0, 0)
        {
            violation!("`{}`: all objects are gone, and something stays: {stats:?}", face.name);
        }
    }
    let alive = tally::objects();
    if alive != 0 {
        violation!("{alive} objects are alive at the end");
    }
    let (start, peak, now) = (START.load(Ordering::Relaxed), memo_tests::peak_bytes(), memo_tests::live_bytes());
    let rate = end.operations as f64 / end.took.as_secs_f64();
    println!(
        "{} operations in {:.1?}: {} a second; {} objects, {} injected panics",
        HumanCount(end.operations),
        end.took,
        HumanCount(rate as u64),
        HumanCount(tally::OBJECTS[0].load(Ordering::Relaxed)),
        HumanCount(seat::total_panics()),
    );
    println!(
        "heap: {} at the start, {} at the peak, {} at the end",
        HumanBytes(start as u64),
        HumanBytes(peak as u64),
        HumanBytes(now as u64),
    );
    if now.saturating_sub(start) > STAYS {
        violation!("the heap has grown by {} bytes", now - start);
    }
    println!("all well");
}

/// The sum of section 6, and the counts that the program knows.
fn check(face: &Face, stats: &Stats) {
    let name = face.name;
    if stats.computes + stats.inserts != stats.entries + memo_tests::gone(stats) {
        violation!("`{name}` does not add up: {stats:?}");
    }
    let bodies = sum(face.id, Count::Bodies);
    if stats.computes != bodies {
        violation!("`{name}` counts {} computes where {bodies} bodies ran", stats.computes);
    }
    let (calls, answered, stopped) =
        (sum(face.id, Count::Calls), sum(face.id, Count::Answered), sum(face.id, Count::Stopped));
    let told = stats.hits + stats.misses;
    // Without panics both ends are the same.
    if !(answered.max(calls.saturating_sub(stopped))..=calls).contains(&told) {
        violation!("`{name}` tells of {told} calls; there were {calls}, {answered} answered, {stopped} stopped before");
    }
    let (inserts, inserted) = (sum(face.id, Count::Inserts), sum(face.id, Count::Inserted));
    if !(inserted..=inserts).contains(&stats.inserts) {
        violation!("`{name}` counts {} inserts; there were {inserts}, of which {inserted} came back", stats.inserts);
    }
}

fn table() {
    println!(
        "\n{:<12} {:>11} {:>10} {:>10} {:>8} {:>7} {:>9} {:>9} {:>9} {:>8} {:>8} {:>10}",
        "memo",
        "hits",
        "misses",
        "computes",
        "waits",
        "inserts",
        "dropped",
        "evicted",
        "cleared",
        "replaced",
        "rejected",
        "values"
    );
    for face in &FACES {
        let s = (face.stats)();
        println!(
            "{:<12} {:>11} {:>10} {:>10} {:>8} {:>7} {:>9} {:>9} {:>9} {:>8} {:>8} {:>10}",
            face.name,
            s.hits,
            s.misses,
            s.computes,
            s.waits,
            s.inserts,
            s.dropped,
            s.evicted,
            s.cleared,
            s.replaced,
            s.rejected,
            sum(face.id, Count::Made),
        );
    }
}
