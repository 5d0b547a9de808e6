//! Reclaiming anchors whose objects are dead: a little with every miss, all on request.
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
//! 1. Of what is taken out of the table nothing is ended, and no memory used again, before [`fence::after_deaths`].
//! 2. Inside a memo call only what runs nothing of the user's is ended; the rest waits (law 7).
//! 3. One thread at a time has a node that was taken out, and gives it back to the shard that it came from.

use std::ptr::NonNull;
use std::sync::Arc;

use crate::anchor::drop_queue;
use crate::anchor::liveness::Life;
use crate::anchor::side_table::node::{Node, came_since};
use crate::anchor::side_table::shard::Chain;
use crate::anchor::side_table::shared::Shard;
use crate::anchor::side_table::{Made, Subject, local, shared};
use crate::sys::fence;
use crate::sys::panics::Panics;
use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicU32, AtomicU64, Ordering};
use crate::sys::thread::{self, Deeper, Thread};

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
/// Nodes that a sweep of all takes at a time.
const BATCH: usize = 64;

/// Notes what a miss owes, and pays when it is worth it: also inside a body, where nothing of the user's is run.
#[inline]
pub(crate) fn owe() {
    let debt = thread::with(|thread| {
        let debt = thread.debt.get() + NODES_PER_MISS;
        thread.debt.set(debt);
        debt
    });
    if debt >= DUE {
        let left = pay(debt);
        thread::with(|thread| thread.debt.set(left));
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
    thread::with(|thread| thread.debt.set(thread.debt.get() - IN_PASSING));
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
pub(crate) fn leave(hits: u64) {
    let debt = thread::with(|thread| thread.debt.replace(0));
    if debt > 0 {
        let left = pay(debt);
        OWED.fetch_add(left as u32, Ordering::Relaxed);
        settle_now();
    }
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
    if thread::with(|thread| !thread.table.get().is_null()) {
        let (paid_here, dead) = local::sweep_some(nodes, most_dead);
        end_local(dead);
        paid = paid.min(paid_here);
    }
    if shared::any_late() {
        thread::with(|thread| thread.owes_late.set(true));
    }
    paid
}

/// Ends what was found dead in passing, as far as that runs nothing of the user's.
#[cold]
fn end_shared(shard: Shard, dead: Chain) {
    fence::after_deaths();
    let (free, late) = end_quiet(dead);
    if !late.is_empty() {
        thread::with(|thread| thread.owes_late.set(true));
    }
    shard.give_back(free, late);
}

/// The same for this thread's own table.
#[cold]
fn end_local(dead: Chain) {
    let (free, late) = end_quiet(dead);
    if !late.is_empty() {
        thread::with(|thread| thread.owes_late.set(true));
    }
    local::give_back(free, late);
}

/// Lets go of allocations, and ends what runs nothing of the user's. What is free by then, and what is left.
fn end_quiet(mut dead: Chain) -> (Chain, Chain) {
    let (mut free, mut late) = (Chain::new(), Chain::new());
    while let Some(node) = dead.pop() {
        // SAFETY: taken out, dead, and behind the fence: this call's.
        if unsafe { Node::end_quietly(node) } {
            free.push(node);
        } else {
            late.push(node);
        }
    }
    (free, late)
}

/// Ends all of it. What is free by then comes back, and those that ran something of the user's are told.
fn end_loud(mut dead: Chain, panics: &mut Panics, mut each: impl FnMut(&Node)) -> (Chain, usize) {
    let _deeper = Deeper::enter();
    dead.each(|node| node.anchor().cells().prefetch());
    let (mut free, mut loud) = (Chain::new(), 0);
    while let Some(node) = dead.pop() {
        // SAFETY: this call's.
        each(unsafe { node.as_ref() });
        // SAFETY: as in `end_quiet`.
        if !unsafe { Node::end_quietly(node) } {
            loud += 1;
            panics.run(|| {
                // SAFETY: as in `end_quiet`.
                let cells = unsafe { Node::take_cells(node) };
                // Whatever the cells are: a life that is more than a `Weak` goes after them.
                let _life = EndLife(node);
                drop_queue::bury(cells);
            });
        }
        free.push(node);
    }
    (free, loud)
}

struct EndLife(NonNull<Node>);

impl Drop for EndLife {
    fn drop(&mut self) {
        // SAFETY: made for a node that is this call's.
        unsafe { Node::release_life(self.0) };
    }
}

/// Ends all nodes, which come from a table that is given up.
pub(crate) fn end_all(dead: Chain, panics: &mut Panics) -> Chain {
    end_loud(dead, panics, |_| ()).0
}

/// The end of a memo call that was a miss.
#[inline]
pub(crate) fn settle() {
    let due = |thread: &Thread| thread.owes_late.get() || !thread.suspects.get().is_null() || thread.is_last();
    if thread::with(due) {
        settle_now();
    }
}

#[cold]
#[inline(never)]
fn settle_now() {
    if !thread::with(Thread::is_outermost) {
        return;
    }
    crate::reclaim::audit::check();
    end_late();
    if thread::with(Thread::is_last) {
        local::close();
    }
}

/// Drops some of the results that wait for the end of an outermost call, of this thread and of all.
fn end_late() {
    let may = |thread: &Thread| !thread.sweeping.get() && (thread.owes_late.get() || shared::any_late());
    if !thread::with(may) || panicking() {
        return;
    }
    thread::with(|thread| thread.sweeping.set(true));
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
    thread::with(|thread| {
        thread.sweeping.set(false);
        thread.owes_late.set(local::has_late());
    });
}

/// Reclaims the results of all objects that are dead now, and returns how many objects that were.
///
/// It also reclaims what dies of it: a dropped result may have been the last owner of another argument. What comes after it has
/// begun, and dies meanwhile by the doing of other threads, is not waited for; and where those let older objects die as well, what dies of
/// that, and of what dies of it, is not followed further than once there and back. It takes time in proportion to the number of objects
/// in the side table, not of results. Where results own other `Arc` arguments in a chain, it follows that in the order in which the
/// objects were first memoized, and back: a chain of a hundred
/// thousand that was built from either end takes one pass, a shuffled one as many passes over the table as it turns back in that
/// order (a third of its length: quadratic time, and minutes for a hundred thousand; in-object anchors drop any chain in linear
/// time). What another thread is dropping at this moment is that thread's. Of `Rc`s and `local` memos it reclaims this thread's.
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
    let mut all = Sweep::new();
    loop {
        let chained = all.chains;
        all.chains = false;
        all.pass_here();
        all.pass_shared();
        if !all.chains {
            break;
        }
        if chained {
            all.follow_here();
            if !all.follow_shared() {
                break;
            }
        }
    }
    shared::trim();
    all.panics.resume();
    all.found
}

/// The same for this thread's own table.
pub(crate) fn sweep_here() -> usize {
    let mut all = Sweep::new();
    loop {
        let chained = all.chains;
        all.chains = false;
        all.pass_here();
        if !all.chains {
            break;
        }
        if chained {
            all.follow_here();
        }
    }
    all.panics.resume();
    all.found
}

/// A sweep of all that is dead, from its beginning on.
struct Sweep {
    /// The numbers of nodes that came before it began are older.
    began_here: u32,
    began_shared: u32,
    found: usize,
    /// Whether the last pass dropped something of the user's on account of an object that had come before the beginning: that may
    /// have been the last owner of another.
    chains: bool,
    panics: Panics,
}

impl Sweep {
    fn new() -> Self {
        Self {
            began_here: local::now(),
            began_shared: shared::now(),
            found: 0,
            chains: false,
            panics: Panics::default(),
        }
    }

    /// Ends nodes. Those that are free by then come back. Numbers from `began` on and before `now` are of nodes that came meanwhile.
    fn end(&mut self, dead: Chain, began: u32, now: u32) -> Chain {
        let is_old = |node: &Node| !came_since(node.number(), began, now);
        let mut old = false;
        self.found += dead.len();
        let (free, loud) = end_loud(dead, &mut self.panics, |node| old |= is_old(node));
        self.chains |= loud > 0 && old;
        free
    }

    fn pass_here(&mut self) {
        local::sweep_all(BATCH, |dead| {
            let free = self.end(dead, self.began_here, local::now());
            local::give_back(free, Chain::new());
        });
        // Those that waited when this came by.
        let late = local::take_late(usize::MAX);
        let free = self.end(late, self.began_here, local::now());
        local::give_back(free, Chain::new());
    }

    fn pass_shared(&mut self) {
        for shard in shared::shards() {
            let mut round = shared::begin_round(shard);
            while let Some(dead) = shared::go_on(shard, &mut round, BATCH) {
                fence::after_deaths();
                let free = self.end(dead, self.began_shared, shared::now());
                shard.give_back(free, Chain::new());
            }
            // Those that waited when this came by.
            let late = shard.take_late(usize::MAX);
            let free = self.end(late, self.began_shared, shared::now());
            shard.give_back(free, Chain::new());
        }
    }

    /// Follows chains of results that own the next object. In the order of coming, and back: so a chain that was built from either
    /// end, by one thread, goes at once.
    fn follow_here(&mut self) {
        let seen = local::seen();
        there_and_back(
            &seen,
            || true,
            |&(_, address)| {
                let dead = local::take_if_dead(address);
                let found = !dead.is_empty();
                let free = self.end(dead, self.began_here, local::now());
                local::give_back(free, Chain::new());
                found
            },
        );
    }

    /// The same for the process. `false`: other threads let old objects die meanwhile, and would be followed for as long as they do.
    fn follow_shared(&mut self) -> bool {
        let seen = shared::seen();
        let began = self.began_shared;
        let go_on = || old_dead(began) == old_dead(began);
        there_and_back(&seen, go_on, |seen| {
            let (shard, dead) = shared::take_if_dead(seen);
            let found = !dead.is_empty();
            if found {
                fence::after_deaths();
                let free = self.end(dead, began, shared::now());
                shard.give_back(free, Chain::new());
            }
            found
        })
    }
}

/// How many objects that came before `began` are dead now. Twice in a row and nothing dropped between, a difference is others' doing.
fn old_dead(began: u32) -> usize {
    let (mut dead, now) = (0, shared::now());
    shared::each(&mut |node| dead += usize::from(!node.life().is_alive() && !came_since(node.number(), began, now)));
    dead
}

/// Goes over all that was seen, and back, until nothing more is found; or until `go_on` says no: then `false`.
fn there_and_back<T>(seen: &[T], go_on: impl Fn() -> bool, mut find: impl FnMut(&T) -> bool) -> bool {
    loop {
        let mut found = false;
        for one in seen.iter().chain(seen.iter().rev()) {
            found |= find(one);
        }
        if !found {
            return true;
        }
        if !go_on() {
            return false;
        }
    }
}
