//! The process-wide table of `Arc`s. A hit takes no lock; writers take turns, shard by shard.
//!
//! An object's 16 KiB block of memory selects its shard: allocators give each thread regions of its own, so threads
//! that make and drop objects rarely share a shard, or a cache line. Objects of that size or more share one shard: a single
//! dead one weighs so much that the next such object should find it.

use std::ptr::NonNull;
use std::sync::Arc;

use super::by_address;
use super::found_or_made::Made;
use super::node::{Node, age};
use super::object::{REGION_BITS, Subject, spread_region};
use super::sample::Figures;
use super::shard::{Added, Chain, Keeper, Round};
use crate::anchor::anchor::Anchor;
use crate::anchor::liveness::AnyWeak;
use crate::memo::counting::counters::LooksHere;
use crate::sys::fence;
use crate::sys::hazard::{memory, own};
use crate::sys::index::{Guess, Index};
use crate::sys::per_thread::per_thread;
use crate::sys::sync::plain::{AtomicU32, AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;
use std::cell::Cell;

/// One bit each in a word.
const SHARDS: usize = 1 << SHARD_BITS;
const SHARD_BITS: u32 = 5;

/// The part that readers need, packed together: it changes only with a directory.
#[cfg(not(memo_loom))]
static INDEXES: [Index<Node>; SHARDS] = [const { Index::new() }; SHARDS];

#[cfg(memo_loom)]
static INDEXES: std::sync::LazyLock<[Index<Node>; SHARDS]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|_| Index::new()));

/// The writers' state, on cache lines of its own.
#[repr(align(128))]
struct Apart<T>(T);

static KEEPERS: [Apart<Mutex<Keeper>>; SHARDS] = [const { Apart(Mutex::new(Keeper::new())) }; SHARDS];

/// Shards that have or recently had nodes, one bit each. The others are not worth a visit.
static OCCUPIED: AtomicU64 = AtomicU64::new(0);

/// Shards with nodes whose cells wait for the end of an outermost call, one bit each.
static LATE: AtomicU64 = AtomicU64::new(0);

/// The next sequence number, in blocks that threads take.
static NEXT: AtomicU32 = AtomicU32::new(0);
const BLOCK: u32 = 256;

/// One of the shards.
#[derive(Clone, Copy)]
pub(crate) struct Shard(usize);

impl Shard {
    #[inline(always)]
    fn of(subject: Subject) -> Self {
        if subject.size >> REGION_BITS != 0 {
            return Self(0);
        }
        Self((spread_region(subject.address) >> (64 - SHARD_BITS)) as usize)
    }

    #[inline(always)]
    fn index(self) -> &'static Index<Node> {
        &INDEXES[self.0]
    }

    #[inline]
    fn keeper(self) -> MutexGuard<'static, Keeper> {
        unpoisoned(KEEPERS[self.0].0.lock())
    }

    /// Works on the shard under its lock. Retired memory is freed after unlocking.
    #[inline]
    fn with<R>(self, act: impl FnOnce(&mut Keeper) -> R) -> R {
        self.with_locked(self.keeper(), act)
    }

    #[inline]
    fn with_locked<R>(self, mut keeper: MutexGuard<'static, Keeper>, act: impl FnOnce(&mut Keeper) -> R) -> R {
        let done = act(&mut keeper);
        let retired = keeper.retired();
        drop(keeper);
        if let Some(retired) = retired {
            memory::let_go(retired);
        }
        done
    }

    fn bit(self) -> u64 {
        1 << self.0
    }

    /// Returns nodes to the shard: free ones, and some whose cells wait.
    pub(crate) fn give_back(self, free: Chain, late: Chain) {
        if free.is_empty() && late.is_empty() {
            return;
        }
        self.with(|keeper| {
            keeper.give_back(free);
            if !late.is_empty() {
                keeper.add_late(late);
                LATE.fetch_or(self.bit(), Ordering::Relaxed);
            }
        });
    }

    /// Takes nodes whose cells wait for the end of an outermost call.
    pub(crate) fn take_late(self, most: usize) -> Chain {
        let mut keeper = self.keeper();
        let some = keeper.take_late(most);
        if !keeper.has_late() {
            LATE.fetch_and(!self.bit(), Ordering::Relaxed);
        }
        some
    }
}

/// All shards that have nodes.
pub(crate) fn shards() -> impl Iterator<Item = Shard> {
    bits(OCCUPIED.load(Ordering::Relaxed))
}

fn bits(mut word: u64) -> impl Iterator<Item = Shard> {
    std::iter::from_fn(move || {
        let at = word.trailing_zeros() as usize;
        word &= word.wrapping_sub(1);
        (at < SHARDS).then_some(Shard(at))
    })
}

/// Shards with nodes that wait for the end of an outermost call.
pub(crate) fn with_late() -> impl Iterator<Item = Shard> {
    bits(LATE.load(Ordering::Relaxed))
}

/// Whether there are any such shards.
#[inline]
pub(crate) fn any_late() -> bool {
    LATE.load(Ordering::Relaxed) != 0
}

/// A first look for the anchor of `arc`: what a hit needs.
#[inline(always)]
pub(crate) fn guess<'a, T: ?Sized>(arc: &'a Arc<T>, here: LooksHere<'_>) -> Guess<&'a Anchor> {
    // SAFETY: marked as looking.
    here.reader().look(fence::hazard, || unsafe { guess_inside(arc) })
}

/// What `act` makes of it. `act`, which neither runs user code nor panics, runs while this thread is marked as looking: one mark serves for what
/// else it reads.
#[inline(always)]
pub(crate) fn look_on<'a, T: ?Sized, R>(
    arc: &'a Arc<T>,
    here: LooksHere<'_>,
    act: impl FnOnce(Guess<&'a Anchor>) -> R,
) -> R {
    // SAFETY: marked as looking.
    here.look(|| act(unsafe { guess_inside(arc) }))
}

/// # Safety
/// The caller is marked as looking.
#[inline(always)]
unsafe fn guess_inside<T: ?Sized>(arc: &Arc<T>) -> Guess<&Anchor> {
    let subject = Subject::of(&**arc);
    // SAFETY: the caller's.
    let guess = unsafe { by_address::guess(Shard::of(subject).index(), subject.address) };
    // SAFETY: the node of a living object stays, and `arc` is borrowed for as long as the anchor is.
    guess.map(|node| unsafe { node.as_ref() }.anchor())
}

/// The anchor of `arc`, if it has one. It may miss it while the index moves nodes.
#[inline(always)]
pub(crate) fn find<T: ?Sized>(arc: &Arc<T>) -> Option<&Anchor> {
    let subject = Subject::of(&**arc);
    let (shard, address) = (Shard::of(subject), subject.address);
    let guess = match own::light_reader() {
        // SAFETY: marked as looking.
        Some(reader) => reader.look(fence::light, || unsafe { by_address::guess(shard.index(), address) }),
        None => Guess::Unsure,
    };
    let node = match guess {
        Guess::Node(node) => node,
        Guess::Nothing => return None,
        Guess::Unsure => find_carefully(shard, address)?,
    };
    // SAFETY: the node of a living object stays, and `arc` is borrowed for as long as the anchor is.
    Some(unsafe { node.as_ref() }.anchor())
}

/// The same for who does not search again: under the lock, where nothing moves.
pub(crate) fn find_surely<T: ?Sized>(arc: &Arc<T>) -> Option<&Anchor> {
    find(arc).or_else(|| find_under_lock(Subject::of(&**arc)))
}

#[cold]
#[inline(never)]
fn find_under_lock<'a>(subject: Subject) -> Option<&'a Anchor> {
    let shard = Shard::of(subject);
    if OCCUPIED.load(Ordering::Relaxed) & shard.bit() == 0 {
        return None;
    }
    let node = shard.keeper().find(shard.index(), subject.address)?;
    // SAFETY: as in `find`: the caller borrows the `Arc`.
    Some(unsafe { node.as_ref() }.anchor())
}

/// As [`find`] with everything a hit rarely needs: a full search, a full fence the first time and where there is no light one, and the
/// lock on a thread that is ending, for which writers do not wait.
#[cold]
#[inline(never)]
fn find_carefully(shard: Shard, address: usize) -> Option<NonNull<Node>> {
    // SAFETY: called while marked as looking.
    let find = || unsafe { by_address::find(shard.index(), address) };
    if let Some(reader) = own::light_reader() {
        return reader.look(fence::light, find);
    }
    match own::reader() {
        Some(reader) => reader.look(fence::full, find),
        None => shard.keeper().find(shard.index(), address),
    }
}

per_thread! {
    struct Numbers {
        /// The sequence number of the next node that this thread adds.
        next: Cell<u32> = Cell::new(0),
    }
}

/// A sequence number for a node, higher than this thread's earlier ones.
fn number() -> u32 {
    let numbers = Numbers::here();
    let next = numbers.next.get();
    let number = if next % BLOCK == 0 { NEXT.fetch_add(BLOCK, Ordering::Relaxed) } else { next };
    numbers.next.set(number.wrapping_add(1));
    number
}

/// The anchor of `arc`, made on first use. Examines a few other nodes in passing. A batch of dead ones, if due, is passed to `end`.
pub(crate) fn find_or_add<T: ?Sized>(arc: &Arc<T>, roomy: bool, end: impl FnOnce(Shard, Chain)) -> Made<'_> {
    let subject = Subject::of(&**arc);
    let shard = Shard::of(subject);
    let Added { node, fresh, dead } = shard.with(|keeper| {
        if OCCUPIED.load(Ordering::Relaxed) & shard.bit() == 0 {
            OCCUPIED.fetch_or(shard.bit(), Ordering::Relaxed);
        }
        keeper.find_or_add(shard.index(), subject, roomy, number, || AnyWeak::new(Arc::downgrade(arc)))
    });
    if !dead.is_empty() {
        end(shard, dead);
    }
    // SAFETY: as in `find`.
    unsafe { Made::of(node, fresh) }
}

/// Calls `act`, which runs no user code, with the anchor of an object that may die meanwhile.
pub(crate) fn with_anchor(subject: Subject, act: impl FnOnce(&Anchor)) {
    let shard = Shard::of(subject);
    // While the shard is locked, no other thread removes the node.
    let keeper = shard.keeper();
    if let Some(node) = keeper.find(shard.index(), subject.address) {
        // SAFETY: it is in the table.
        act(unsafe { node.as_ref() }.anchor());
    }
}

/// The most shards of one visit: their cache lines may be another thread's.
const VISITS: u32 = 12;

/// Examines up to `nodes` nodes, with one hand for the whole process and in only a few shards, and passes the dead to `end`. Stops
/// after `most_dead` of these. Returns how many nodes are paid for: all, unless it stopped early, or met a busy shard
/// without `wait`.
pub(crate) fn sweep_some(nodes: usize, most_dead: usize, wait: bool, mut end: impl FnMut(Shard, Chain)) -> usize {
    /// The shard at the hand.
    static HAND: AtomicUsize = AtomicUsize::new(0);
    let (mut looked, mut found) = (0, 0);
    for _ in 0..OCCUPIED.load(Ordering::Relaxed).count_ones().min(VISITS) {
        let Some(shard) = occupied_from(HAND.load(Ordering::Relaxed)) else { break };
        // A busy shard is neither waited for nor skipped: the next misses retry it, for a while.
        let keeper = match KEEPERS[shard.0].0.try_lock() {
            Ok(keeper) => keeper,
            Err(_) if wait => shard.keeper(),
            Err(_) => return looked,
        };
        let swept = shard.with_locked(keeper, |keeper| {
            if keeper.is_empty() {
                OCCUPIED.fetch_and(!shard.bit(), Ordering::Relaxed);
            }
            keeper.sweep_some(shard.index(), nodes - looked, most_dead - found)
        });
        looked += swept.looked;
        found += swept.dead.len();
        if !swept.dead.is_empty() {
            end(shard, swept.dead);
        }
        if !swept.around {
            break;
        }
        HAND.store(shard.0 + 1, Ordering::Relaxed);
        if looked >= nodes || found >= most_dead {
            break;
        }
    }
    if found < most_dead { nodes } else { looked }
}

/// The first occupied shard from `hand` on, around.
fn occupied_from(hand: usize) -> Option<Shard> {
    let hand = hand % SHARDS;
    let occupied = OCCUPIED.load(Ordering::Relaxed).rotate_right(hand as u32);
    (occupied != 0).then(|| Shard((hand + occupied.trailing_zeros() as usize) % SHARDS))
}

/// Begins a sweep of a shard, of the nodes that are in it now.
pub(crate) fn begin_round(shard: Shard) -> Round {
    shard.keeper().round()
}

/// Continues a sweep. Returns a batch of the dead, or `None` at the end.
pub(crate) fn go_on(shard: Shard, round: &mut Round, batch: usize) -> Option<Chain> {
    shard.with(|keeper| keeper.go_on(shard.index(), round, batch))
}

/// Frees unused memory.
pub(crate) fn trim() {
    shards().for_each(|shard| shard.with(|keeper| keeper.trim(shard.index())));
    memory::free_waiting();
}

/// A node that was seen: its sequence number, shard and address.
pub(crate) type Seen = (u32, Shard, usize);

/// All nodes, the oldest first.
pub(crate) fn seen() -> Vec<Seen> {
    let mut seen = Vec::new();
    for shard in shards() {
        shard.keeper().each(|node| {
            if node.is_assigned() {
                seen.push((node.number(), shard, node.own_address()));
            }
        });
    }
    let next = now();
    seen.sort_unstable_by_key(|&(number, ..)| std::cmp::Reverse(age(number, next)));
    seen
}

/// The next sequence number; wraps around.
pub(crate) fn now() -> u32 {
    NEXT.load(Ordering::Relaxed)
}

/// Removes a node that was seen, if its object is dead.
pub(crate) fn take_if_dead(&(_, shard, address): &Seen) -> (Shard, Chain) {
    (shard, shard.with(|keeper| keeper.take_if_dead(shard.index(), address)))
}

/// Whether `is` accepts any node.
pub(crate) fn any(is: &mut impl FnMut(&Node) -> bool) -> bool {
    shards().any(|shard| shard.keeper().any(&mut *is))
}

/// How many nodes belong to objects, dead or alive.
pub(crate) fn live() -> usize {
    shards().map(|shard| shard.keeper().live()).sum()
}

/// The sums of `of` over all nodes, estimated from at most `most` of each class and list of each shard.
pub(crate) fn estimate<T: Figures>(most: usize, of: &mut impl FnMut(&Node) -> T) -> T {
    let mut sums = T::none();
    for shard in shards() {
        sums.add(shard.keeper().estimate(most, of));
    }
    sums
}

/// Visits all nodes, shard by shard under its lock.
pub(crate) fn each(visit: &mut impl FnMut(&Node)) {
    for shard in shards() {
        shard.keeper().each(&mut *visit);
    }
}
