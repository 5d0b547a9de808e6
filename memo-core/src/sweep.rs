//! Reclaiming anchors whose objects are dead: a little with every miss, all on request.
//!
//! An `Arc` tells nobody that it dies. So every miss owes a look at a few nodes of the side table, paid when the thread's
//! outermost memo call ends: never inside a body, a `Drop` or a `Clone` of somebody else (law 7), one sweep at a time on
//! a thread. Every few thousand hits pay too. No thread starts unasked.

use crate::panics::Panics;
use crate::side_table::{self, CLASSES, Seen, Taken};
use crate::sync::panicking;
use crate::thread::{self, Deeper, Thread};

/// Nodes looked at for one miss, in the class of its owner, and half as many among the young.
const NODES_PER_MISS: usize = 4;
/// A debt is paid when it is worth taking a lock for.
const DUE: u32 = 8;
/// Debts above this are forgiven: a long body with a million misses must not end in a long sweep.
const MOST_DEBT: u32 = 256;
/// Every so many hits of one memo on one thread sweep too.
pub(crate) const HITS_PER_SWEEP: u64 = 4096;
const NODES_PER_HITS: usize = 64;

/// Notes what a miss owes. `class` is that of its owner in the side table, if it is there.
#[inline]
pub(crate) fn owe(class: Option<usize>) {
    thread::with(|thread| {
        thread.debt.set(thread.debt.get().saturating_add(1).min(MOST_DEBT));
        if let Some(class) = class {
            thread.debt_classes.set(thread.debt_classes.get() | 1 << class);
        }
    });
}

/// Pays what is owed, if this is the outermost end.
pub(crate) fn pay() {
    thread::with(|thread| {
        if !thread.is_outermost() || thread.debt.get() < DUE || thread.sweeping.get() || panicking() {
            return;
        }
        let nodes = NODES_PER_MISS * thread.debt.replace(0) as usize;
        let classes = thread.debt_classes.replace(0);
        some(thread, nodes, (0..CLASSES).filter(|class| classes & 1 << class != 0));
    });
}

/// What a few thousand hits pay.
#[cold]
pub(crate) fn after_hits() {
    thread::with(|thread| {
        if thread.is_outermost() && !thread.sweeping.get() && !panicking() {
            some(thread, NODES_PER_HITS, std::iter::empty());
        }
    });
}

fn some(thread: &Thread, nodes: usize, classes: impl Iterator<Item = usize>) {
    let mut dead = Vec::new();
    for class in classes {
        side_table::shared::sweep_some(class, nodes, &mut dead);
        side_table::local::sweep_some(class, nodes, &mut dead);
    }
    if let Some(class) = side_table::shared::next_class() {
        side_table::shared::sweep_some(class, nodes, &mut dead);
    }
    if !thread.table.get().is_null() {
        let turn = thread.local_turn.get().wrapping_add(1);
        thread.local_turn.set(turn);
        side_table::local::sweep_some(turn as usize % CLASSES, nodes, &mut dead);
    }
    if dead.is_empty() {
        return;
    }
    thread.sweeping.set(true);
    let mut panics = Panics::default();
    drop_nodes(dead, &mut panics);
    panics.swallow();
    thread.sweeping.set(false);
}

pub(crate) fn drop_nodes(dead: Vec<Taken>, panics: &mut Panics) {
    let _deeper = Deeper::enter();
    for node in dead {
        panics.run(|| drop(node));
    }
}

/// Reclaims the results of all dead objects now, and returns how many objects that were.
///
/// It goes on until nothing more is dead: a dropped result may have been the last owner of another argument. It takes
/// time in proportion to the number of objects in the side table, not of results. Where results own other `Arc`
/// arguments in a chain, a pass follows it in the order in which the objects were first memoized, and back: a chain of a hundred
/// thousand that was built from either end takes one pass, a shuffled one as many passes over the table as it turns back in that
/// order (a third of its length: quadratic time, and minutes for a hundred thousand; in-object anchors drop any chain in linear
/// time). What a sweep on another
/// thread is dropping at this moment is that sweep's. Of `Rc`s and `local` memos it reclaims this thread's.
///
/// # Panics
///
/// If the destructor of a result panics, when all are dropped.
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn len(text: &Arc<String>) -> usize {
///     text.len()
/// }
///
/// let text = Arc::new(String::from("gone soon"));
/// len(&text);
/// drop(text);
/// memo_core::sweep();
/// assert_eq!(len_memo().stats().dropped, 1);
/// ```
pub fn sweep() -> usize {
    let mut panics = Panics::default();
    let total = until_nothing_is_dead(|chained| {
        let mut found = local_pass(&mut panics) + shared_pass(&mut panics);
        if chained && found > 0 {
            found += follow(&side_table::local::seen(), side_table::local::take_dead, &mut panics);
            found += follow(&side_table::shared::seen(), side_table::shared::take_dead, &mut panics);
        }
        found
    });
    panics.resume();
    total
}

/// The same for this thread's own table.
pub(crate) fn sweep_here() -> usize {
    let mut panics = Panics::default();
    let total = until_nothing_is_dead(|chained| {
        let mut found = local_pass(&mut panics);
        if chained && found > 0 {
            found += follow(&side_table::local::seen(), side_table::local::take_dead, &mut panics);
        }
        found
    });
    panics.resume();
    total
}

/// Sums up what `pass` finds, until it finds nothing. It is told whether a pass before found something: if this one does, too,
/// what was dropped owned others.
fn until_nothing_is_dead(mut pass: impl FnMut(bool) -> usize) -> usize {
    let mut total = 0;
    loop {
        match pass(total > 0) {
            0 => return total,
            found => total += found,
        }
    }
}

fn local_pass(panics: &mut Panics) -> usize {
    let mut found = 0;
    side_table::local::sweep_all(|dead| {
        found += dead.len();
        drop_nodes(dead, panics);
    });
    found
}

fn shared_pass(panics: &mut Panics) -> usize {
    let mut found = 0;
    side_table::shared::sweep_all(|dead| {
        found += dead.len();
        drop_nodes(dead, panics);
    });
    found
}

/// Follows chains of results that own the next object. In the order of coming, and back: so a chain that was built from either
/// end, by one thread, goes at once.
fn follow(seen: &[Seen], take_dead: impl Fn(&Seen) -> Option<Taken>, panics: &mut Panics) -> usize {
    let mut total = 0;
    loop {
        let mut found = 0;
        for seen in seen.iter().chain(seen.iter().rev()) {
            if let Some(dead) = take_dead(seen) {
                found += 1;
                drop_nodes(vec![dead], panics);
            }
        }
        if found == 0 {
            return total;
        }
        total += found;
    }
}

/// The end of a memo call that was a miss.
#[inline]
pub(crate) fn settle() {
    let due = |thread: &Thread| thread.debt.get() >= DUE || !thread.suspects.get().is_null();
    if thread::with(due) {
        settle_now();
    }
}

#[cold]
#[inline(never)]
fn settle_now() {
    if thread::with(Thread::is_outermost) {
        crate::retained::check();
        pay();
    }
}
