//! The account of what is owed: anchors whose objects are dead are reclaimed a little with every miss, and with many hits.
//!
//! An `Arc` tells nobody that it dies. So who adds a node to the side table looks at a few others there
//! ([`shard`](crate::anchor::side_table::shard)); every miss looks at a few more, of the whole process in turn, and every few thousand hits
//! do. No thread starts unasked.
//!
//! # The bound of law 4
//!
//! With `n` nodes in the side table, `d` of them dead, an object that has died is found after at most `n / 4 + 1,100` further misses
//! of one thread, and 256 more for each further one that misses (`n / 5 + 900` and 205 of those that add no node); or after `32 n +
//! 171 d + 4,096 (22 + m)` hits, where `m` is the number of memos in use by each thread, summed over threads (a thread counts to 4,096
//! for each memo by itself, and gives what it did not use up to the process when it ends); all of any threads, and each as a part of
//! what is needed. While objects come, at most as many dead as living ones of the same size class are not found yet, and 34 a
//! shard or 32 KiB of them. The allocation is given back then and there, and so is a result without drop glue; a
//! result with drop glue is dropped at the end of an outermost memo call, where each call drops at most [`MOST_LATE`] of them.
//!
//! A visit that meets a shard whose lock is taken is tried again with the next miss, and waits after 800 of those; with hits the next visit
//! tries it again. So a thread that holds a shard's lock nearly all the time (`len()` in a loop) puts it off by as much.
//!
//! Why so rarely: who misses looks at what other threads have in their caches, and takes their locks. A visit for every eighth
//! miss made two threads that do nothing but make, ask and drop objects of their own twice as slow as one.
//!
//! # Invariants
//!
//! 1. Of what is taken out of the table nothing is ended, and no memory used again, before [`after_deaths`].
//! 2. Inside a memo call only what runs nothing of the user's is ended; the rest waits (law 7).
//! 3. One thread at a time has a node that was taken out, and gives it back to the shard that it came from.

use std::cell::Cell;
use std::sync::Arc;

use super::{audit, table_end};
use crate::anchor::liveness::Life;
use crate::anchor::side_table::end::{end_loud, end_quiet};
use crate::anchor::side_table::made::Made;
use crate::anchor::side_table::shard::Chain;
use crate::anchor::side_table::shared::Shard;
use crate::anchor::side_table::subject::Subject;
use crate::anchor::side_table::{local, shared};
use crate::memo::counters;
use crate::sys::hazard::deaths::after_deaths;
use crate::sys::hazard::own;
use crate::sys::panics::Panics;
use crate::sys::per_thread::per_thread;
use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicU32, AtomicU64, Ordering};
use crate::sys::thread::{self, Step};

/// Nodes of the whole process that are looked at for one miss.
const NODES_PER_MISS: i32 = 5;
/// For one that added a node, and so has looked at some there, fewer.
const IN_PASSING: i32 = 1;
/// A debt is paid when it is worth the visit: what is looked at lies in another thread's cache, as a rule.
const DUE: i32 = 1024;
/// With more than this it waits for a shard that is busy.
const MOST_DEBT: i32 = 4 * DUE;
/// A visit that found so many dead leaves the rest of the debt to the next.
const DEAD_PER_VISIT: usize = 32;
/// Every so many hits of one memo on one thread sweep too.
pub(crate) const HITS_PER_SWEEP: u64 = 4096;
/// Nodes that those look at.
const NODES_PER_HITS: usize = 128;
/// And so many dead ones that they end: what they cost is a small part of what those hits do.
const DEAD_PER_HITS: usize = 24;
/// Results with drop glue that the end of an outermost call drops at most.
const MOST_LATE: usize = 128;

per_thread! {
    struct Owed {
        /// Nodes to be looked at for misses.
        debt: Cell<i32> = Cell::new(0),
        /// Whether the debt is paid at this thread's end.
        armed: Cell<bool> = Cell::new(false),
        /// Whether this thread has found dead objects whose results wait for the end of an outermost call.
        late: Cell<bool> = Cell::new(false),
        /// Whether it drops such results now.
        dropping: Cell<bool> = Cell::new(false),
    }
}

/// Notes what a miss owes, and pays when it is worth it: also inside a body, where nothing of the user's is run.
#[inline]
pub(crate) fn owe() {
    let here = Owed::here();
    let debt = here.debt.get() + NODES_PER_MISS;
    here.debt.set(debt);
    if debt >= DUE {
        let left = pay(debt);
        Owed::here().debt.set(left);
    }
}

/// What threads that have ended still owed.
static OWED: AtomicU32 = AtomicU32::new(0);

/// Pays a debt, and what is owed by threads that have ended, as far as one visit goes. What is left.
#[cold]
#[inline(never)]
fn pay(debt: i32) -> i32 {
    let debt = debt + OWED.swap(0, Ordering::Relaxed) as i32;
    // Where shards were busy there may be more, which is not one call's to pay; but it does not grow for ever.
    debt - some(debt.min(DUE) as usize, DEAD_PER_VISIT, debt > MOST_DEBT) as i32
}

/// Notes that a miss has added a node.
#[inline]
fn paid_in_passing() {
    let here = Owed::here();
    if !here.armed.replace(true) {
        thread::at_end(Step::PayDebts, leave);
    }
    here.debt.set(here.debt.get() - IN_PASSING);
}

/// The anchor of an `Arc`, made on first use; with room for a small result if so.
pub(crate) fn shared_anchor<T: ?Sized>(arc: &Arc<T>, roomy: bool) -> Made<'_> {
    let made = shared::find_or_add(arc, roomy, end_shared);
    if made.fresh {
        paid_in_passing();
    }
    made
}

/// The anchor of an object in this thread's own table, made on first use.
pub(crate) fn local_anchor<'a>(subject: Subject, roomy: bool, life: impl FnOnce() -> Life) -> Made<'a> {
    table_end::arm();
    let made = local::find_or_add(subject, roomy, life, end_local);
    if made.fresh {
        paid_in_passing();
    }
    made
}

/// What a few thousand hits pay.
#[cold]
pub(crate) fn after_hits() {
    some(NODES_PER_HITS, DEAD_PER_HITS, false);
    settle_now();
}

/// Hits of threads that have ended, which did not sweep themselves.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Pays what a thread that ends owes for its misses, and takes over its hits; those that are together enough sweep.
fn leave() {
    let debt = Owed::here().debt.replace(0);
    if debt > 0 {
        let left = pay(debt);
        OWED.fetch_add(left as u32, Ordering::Relaxed);
        settle_now();
    }
    let hits = counters::own_hits_modulo(HITS_PER_SWEEP);
    let before = LEFT.fetch_add(hits, Ordering::Relaxed);
    if before / HITS_PER_SWEEP != (before + hits) / HITS_PER_SWEEP {
        after_hits();
    }
}

/// Looks at so many nodes of the process, and at as many of this thread's own table, and not further when so many were dead: then it
/// says how many it has looked at, else that it is done with all.
#[cold]
#[inline(never)]
fn some(nodes: usize, most_dead: usize, wait: bool) -> usize {
    let mut paid = shared::sweep_some(nodes, most_dead, wait, end_shared);
    if local::exists() {
        let (paid_here, dead) = local::sweep_some(nodes, most_dead);
        end_local(dead);
        paid = paid.min(paid_here);
    }
    if shared::any_late() {
        Owed::here().late.set(true);
    }
    paid
}

/// Ends what was found dead in passing, as far as that runs nothing of the user's.
#[cold]
fn end_shared(shard: Shard, dead: Chain) {
    after_deaths();
    let (free, late) = end_quiet(dead);
    if !late.is_empty() {
        Owed::here().late.set(true);
    }
    shard.give_back(free, late);
}

/// The same for this thread's own table.
#[cold]
fn end_local(dead: Chain) {
    let (free, late) = end_quiet(dead);
    if !late.is_empty() {
        Owed::here().late.set(true);
    }
    local::give_back(free, late);
}

/// The end of a memo call that was a miss.
#[inline]
pub(crate) fn settle() {
    if Owed::here().late.get() || audit::has_suspects() || thread::is_last() {
        settle_now();
    }
}

#[cold]
#[inline(never)]
fn settle_now() {
    if !own::is_outermost() {
        return;
    }
    audit::check();
    end_late();
    if thread::is_last() {
        table_end::close();
    }
}

/// Drops some of the results that wait for the end of an outermost call, of this thread and of all.
fn end_late() {
    let here = Owed::here();
    if here.dropping.get() || !(here.late.get() || shared::any_late()) || panicking() {
        return;
    }
    here.dropping.set(true);
    let mut panics = Panics::default();
    let mut left = MOST_LATE;
    let here = local::take_late(left);
    left -= here.len();
    let (free, _) = end_loud(here, &mut panics, |_| ());
    local::give_back(free, Chain::new());
    for shard in shared::with_late() {
        let some = shard.take_late(left);
        left -= some.len();
        let (free, _) = end_loud(some, &mut panics, |_| ());
        shard.give_back(free, Chain::new());
        if left == 0 {
            break;
        }
    }
    panics.swallow();
    let here = Owed::here();
    here.dropping.set(false);
    here.late.set(local::has_late());
}
