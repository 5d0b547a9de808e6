//! Amortised sweeping: the anchors of dead objects are reclaimed a few at a time, by misses and by one hit in a few thousand.
//!
//! An `Arc` dies without notice. So the writer that adds a node to the side table examines a few others there
//! ([`shard`](crate::anchor::side_table::shard)). Every miss examines a few more, of the whole process in turn, and so does one hit in a
//! few thousand. No background thread starts unless the program starts one.
//!
//! # The bound of law 4
//!
//! With `n` nodes in the side table, `d` of them dead, a dead object is found after at most `n / 4 + 1,100` further misses of one
//! thread, and 256 more for each further thread that misses (`n / 5 + 900` and 205 if they add no node); or after `32 n +
//! 171 d + 4,096 (22 + m)` hits, where `m` is, summed over threads, one and the number of memos in use with keys or results that run
//! user code (a thread counts to 4,096 for each of these separately, and for all others together; it leaves its remainder to the process
//! when it ends). Calls of any threads add up, misses and hits each by their share. While objects are added, the dead that are not yet found are at most as many as the living of the same size
//! class, plus 34 in each shard or 32 KiB of them. The allocation is freed at once, and so is a result without drop glue. A result with
//! drop glue is dropped at the end of an outermost memo call, where each call drops at most [`MOST_LATE`] of them.
//!
//! A visit that meets a locked shard is retried by the next miss, and after 800 of those it waits. For hits, the next visit retries it.
//! So a thread that holds a shard's lock nearly all the time (`len()` in a loop) delays reclamation by as much.
//!
//! Why so rarely: a visit touches cache lines of other threads, and takes their locks. With a visit at every eighth miss, two
//! threads that only made, used and dropped their own objects were twice as slow as one.
//!
//! # Invariants
//!
//! 1. Nothing of a removed node is ended, and no memory reused, before [`after_deaths`].
//! 2. Inside a memo call only cells that run no user code are ended; the rest wait (law 7).
//! 3. One thread at a time owns a removed node, and returns it to its shard.

use std::cell::Cell;
use std::sync::Arc;

use super::{leak_audit, tables, thread_table_end};
use crate::anchor::liveness::AnyWeak;
use crate::anchor::side_table::end_of_nodes::{end_loud, end_quiet};
use crate::anchor::side_table::found_or_made::Made;
use crate::anchor::side_table::object::Subject;
use crate::anchor::side_table::shard::Chain;
use crate::anchor::side_table::shared::Shard;
use crate::anchor::side_table::{local, shared};
use crate::memo::counting::counters::{self, Counters, PERIOD};
use crate::sys::hazard::deaths::after_deaths;
use crate::sys::hazard::own;
use crate::sys::panics::Panics;
use crate::sys::per_thread::per_thread;
use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicU32, AtomicU64, Ordering};
use crate::sys::thread::{self, Step};

/// Nodes of the whole process that are examined for each miss.
const NODES_PER_MISS: i32 = 5;
/// This many fewer for a miss that added a node, since it has examined some there.
const IN_PASSING: i32 = 1;
/// A debt is paid when it is worth the visit: the nodes are usually in another thread's cache.
const DUE: i32 = 1024;
/// With a larger debt than this, a call waits for a busy shard.
const MOST_DEBT: i32 = 4 * DUE;
/// After this many dead, a visit leaves the rest of the debt to the next.
const DEAD_PER_VISIT: usize = 32;
/// The most entries of a shared weak map that a visit examines: they, too, are usually in another thread's cache.
const ENTRIES_PER_VISIT: usize = 128;
/// One hit in this many of a thread sweeps, too.
pub(crate) const HITS_PER_SWEEP: u64 = PERIOD as u64;
/// Nodes that such a hit examines.
const NODES_PER_HITS: usize = 128;
/// Dead nodes that such a hit ends: a small part of the cost of the hits that it pays for.
const DEAD_PER_HITS: usize = 24;
/// The most nodes whose results with drop glue the end of an outermost call drops.
const MOST_LATE: usize = 128;

per_thread! {
    struct Owed {
        /// Nodes that this thread owes to examine for its misses.
        debt: Cell<i32> = Cell::new(0),
        /// Whether the debt, and what is left of its hits and look-ups, is paid at this thread's end.
        armed: Cell<bool> = Cell::new(false),
        /// Whether this thread has found dead objects whose results wait for the end of an outermost call.
        late: Cell<bool> = Cell::new(false),
        /// Entries of shared weak maps that this thread owes to examine at the end of an outermost call.
        tables: Cell<usize> = Cell::new(0),
        /// Its look-ups in shared weak maps, from [`FIRST_LOOKUP`] on.
        lookups: Cell<u32> = Cell::new(FIRST_LOOKUP - 1),
        /// Whether it is dropping such results now.
        dropping: Cell<bool> = Cell::new(false),
    }
}

/// Adds a miss to the debt, and pays the debt when it is due, even inside a body, since that runs no user code.
#[inline]
pub(crate) fn owe() {
    owe_nodes(NODES_PER_MISS);
}

#[inline]
fn owe_nodes(nodes: i32) {
    let here = Owed::here();
    let debt = here.debt.get() + nodes;
    here.debt.set(debt);
    if debt >= DUE {
        let left = pay(debt);
        Owed::here().debt.set(left);
    }
}

/// The debt of threads that have ended.
static OWED: AtomicU32 = AtomicU32::new(0);

/// Pays a debt, and the debt of ended threads, as far as one visit goes. Returns the rest.
#[cold]
#[inline(never)]
fn pay(debt: i32) -> i32 {
    let debt = debt + OWED.swap(0, Ordering::Relaxed) as i32;
    // After busy shards the debt may exceed what one call should pay, but it does not grow without bound.
    debt - some(debt.min(DUE) as usize, DEAD_PER_VISIT, debt > MOST_DEBT) as i32
}

/// Credits a miss that has added a node.
#[inline]
fn paid_in_passing() {
    arm();
    let here = Owed::here();
    here.debt.set(here.debt.get() - IN_PASSING);
}

/// Arranges for what this thread owes to be paid at its end.
#[inline]
fn arm() {
    if !Owed::here().armed.replace(true) {
        thread::at_end(Step::PayDebts, leave);
    }
}

/// The anchor of an `Arc`, made on first use; if `roomy`, with room for a small result.
pub(crate) fn shared_anchor<T: ?Sized>(arc: &Arc<T>, roomy: bool) -> Made<'_> {
    let made = shared::find_or_add(arc, roomy, end_shared);
    if made.fresh {
        paid_in_passing();
    }
    made
}

/// The anchor of an object in this thread's own table, made on first use.
pub(crate) fn local_anchor<'a>(subject: Subject, roomy: bool, life: impl FnOnce() -> AnyWeak) -> Made<'a> {
    thread_table_end::arm();
    let made = local::find_or_add(subject, roomy, life, end_local);
    if made.fresh {
        paid_in_passing();
    }
    made
}

/// Pays for a few thousand hits.
#[cold]
pub(crate) fn after_hits() {
    some(NODES_PER_HITS, DEAD_PER_HITS, false);
    settle_now();
}

/// Counts a look-up in a shared weak map, like a hit.
#[inline(always)]
pub(crate) fn looked_up() {
    let here = Owed::here();
    let lookups = here.lookups.get().wrapping_add(1);
    here.lookups.set(lookups);
    if lookups % HITS_PER_SWEEP as u32 == 0 {
        after_lookups(lookups);
    }
}

#[cold]
#[inline(never)]
fn after_lookups(lookups: u32) {
    match lookups {
        FIRST_LOOKUP => arm(),
        _ => after_hits(),
    }
}

/// The count at which a look-up takes the path of those that sweep.
const FIRST_LOOKUP: u32 = HITS_PER_SWEEP as u32;

/// Adds a new entry of a shared weak map to the debt, as a miss; less, since it has examined others there.
pub(crate) fn put_in_table() {
    arm();
    owe_nodes(1);
    settle();
}

/// Hits that ended threads did not pay for.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Pays the debt of an ending thread, and takes over its remaining hits, which sweep once they add up.
fn leave() {
    let debt = Owed::here().debt.replace(0);
    if debt > 0 {
        let left = pay(debt);
        OWED.fetch_add(left as u32, Ordering::Relaxed);
        settle_now();
    }
    let lookups = u64::from(Owed::here().lookups.get().wrapping_add(1)) % HITS_PER_SWEEP;
    let hits = Counters::here().take_rest() + counters::own_hits_modulo(HITS_PER_SWEEP) + lookups;
    let before = LEFT.fetch_add(hits, Ordering::Relaxed);
    if before / HITS_PER_SWEEP != (before + hits) / HITS_PER_SWEEP {
        after_hits();
    }
}

/// Examines up to `nodes` nodes of the process, and as many of this thread's own table. Stops after `most_dead` dead. Returns how
/// many are paid for: the examined ones if it stopped, else all.
#[cold]
#[inline(never)]
fn some(nodes: usize, most_dead: usize, wait: bool) -> usize {
    let mut paid = shared::sweep_some(nodes, most_dead, wait, end_shared);
    if local::exists() {
        let (paid_here, dead) = local::sweep_some(nodes, most_dead);
        end_local(dead);
        paid = paid.min(paid_here);
    }
    let here = Owed::here();
    if shared::any_late() {
        here.late.set(true);
    }
    if tables::any() {
        here.tables.set(nodes.min(ENTRIES_PER_VISIT));
        here.late.set(true);
    }
    paid
}

/// Ends nodes that were found dead in passing, as far as that runs no user code.
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

/// Called at the end of a memo call that was a miss.
#[inline]
pub(crate) fn settle() {
    if Owed::here().late.get() || leak_audit::has_suspects() || thread::is_last() {
        settle_now();
    }
}

#[cold]
#[inline(never)]
fn settle_now() {
    if !own::is_outermost() {
        return;
    }
    leak_audit::check();
    end_late();
    if thread::is_last() {
        thread_table_end::close();
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
    tables::sweep_some(here.tables.replace(0), &mut panics);
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
