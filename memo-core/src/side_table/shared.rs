//! The process-wide table of `Arc`s. A hit takes no lock; writers take turns, shard by shard.

use std::ptr::NonNull;
use std::sync::Arc;

use super::index::Index;
use super::shard::Keeper;
use super::{CLASSES, Node, Seen, Subject, Taken, hash_of, in_order};
use crate::anchor::Anchor;
use crate::fence;
use crate::life::Life;
use crate::sync::plain::{AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::sync::unpoisoned;
use crate::thread;

const SHARDS: usize = 16;

type Grid<T> = [[T; SHARDS]; CLASSES];

/// What readers need, close together: it changes only when a shard grows or shrinks.
#[cfg(not(loom))]
static INDEXES: Grid<Index<Node>> = [const { [const { Index::new() }; SHARDS] }; CLASSES];

#[cfg(loom)]
static INDEXES: std::sync::LazyLock<Grid<Index<Node>>> =
    std::sync::LazyLock::new(|| std::array::from_fn(|_| std::array::from_fn(|_| Index::new())));

static KEEPERS: Grid<Mutex<Keeper>> =
    [const { [const { Mutex::new(Keeper::new(|| thread::with(thread::Thread::others_have_left))) }; SHARDS] }; CLASSES];

/// Which classes have ever had a node: the others are not worth a visit.
static USED: AtomicU32 = AtomicU32::new(0);

/// The number of the next node.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A shard, of which there are [`SHARDS`] in each class.
#[derive(Clone, Copy)]
struct Shard {
    class: usize,
    at: usize,
}

impl Shard {
    #[inline(always)]
    fn of(subject: Subject) -> Self {
        Self::at(subject.class(), subject.address)
    }

    #[inline(always)]
    fn at(class: usize, address: usize) -> Self {
        // Bits that the arrays of a shard make no use of, short of 2^32 slots.
        Self { class, at: (hash_of(address) >> 28) as usize % SHARDS }
    }

    #[inline(always)]
    fn index(self) -> &'static Index<Node> {
        &INDEXES[self.class][self.at]
    }

    #[inline]
    fn keeper(self) -> MutexGuard<'static, Keeper> {
        unpoisoned(KEEPERS[self.class][self.at].lock())
    }
}

fn shards() -> impl Iterator<Item = Shard> {
    let used = USED.load(Ordering::Relaxed);
    (0..CLASSES)
        .filter(move |class| used & 1 << class != 0)
        .flat_map(|class| (0..SHARDS).map(move |at| Shard { class, at }))
}

/// The anchor of `arc`, if it has one.
#[inline(always)]
pub(crate) fn find<T: ?Sized>(arc: &Arc<T>) -> Option<&Anchor> {
    let subject = Subject::of(&**arc);
    let shard = Shard::of(subject);
    let node = thread::with(|thread| match thread.light_reader() {
        // SAFETY: marked as looking.
        Some(reader) => reader.look(fence::light, || unsafe { shard.index().find(subject.address) }),
        None => find_carefully(shard, subject.address),
    })?;
    // SAFETY: the node of a living object stays, and `arc` is borrowed for as long as the anchor is.
    Some(&unsafe { node.as_ref() }.anchor)
}

/// The same for a thread's first time, where only a full fence does, and on a thread that is ending, which writers do not
/// wait for.
#[cold]
#[inline(never)]
fn find_carefully(shard: Shard, address: usize) -> Option<NonNull<Node>> {
    thread::with(|thread| match thread.reader() {
        // SAFETY: marked as looking.
        Some(reader) => reader.look(fence::full, || unsafe { shard.index().find(address) }),
        None => shard.keeper().find(address),
    })
}

/// The anchor of `arc`, made on first use.
pub(crate) fn find_or_add<T: ?Sized>(arc: &Arc<T>) -> &Anchor {
    let subject = Subject::of(&**arc);
    let shard = Shard::of(subject);
    let class = 1 << shard.class;
    // Before the node is there: whoever sweeps all looks at this first.
    if USED.load(Ordering::Relaxed) & class == 0 {
        USED.fetch_or(class, Ordering::Relaxed);
    }
    let number = || NEXT.fetch_add(1, Ordering::Relaxed);
    let node = shard.keeper().find_or_add(shard.index(), subject, number, || Life::new(Arc::downgrade(arc)));
    // SAFETY: as in `find`.
    &unsafe { node.as_ref() }.anchor
}

/// Calls `act` with the anchor of an object that may die meanwhile. `act` is ours.
pub(crate) fn with_anchor(subject: Subject, act: impl FnOnce(&Anchor)) {
    let shard = Shard::of(subject);
    // While the shard is locked nobody takes the node out.
    let keeper = shard.keeper();
    if let Some(node) = keeper.find(subject.address) {
        // SAFETY: it is in the table.
        act(&unsafe { node.as_ref() }.anchor);
    }
}

/// Takes out what is dead among a few nodes of `class`. One hand goes over all its shards.
pub(crate) fn sweep_some(class: usize, nodes: usize, dead: &mut Vec<Taken>) {
    static HANDS: [AtomicUsize; CLASSES] = [const { AtomicUsize::new(0) }; CLASSES];
    let shard = Shard { class, at: HANDS[class].fetch_add(1, Ordering::Relaxed) % SHARDS };
    // A shard that is busy is left to the next miss.
    if let Ok(mut keeper) = KEEPERS[shard.class][shard.at].try_lock() {
        keeper.sweep_some(shard.index(), nodes, dead);
    }
}

/// The next class in turn, so that every class is reached whatever the misses are about.
pub(crate) fn next_class() -> Option<usize> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let used = USED.load(Ordering::Relaxed);
    if used == 0 {
        return None;
    }
    // Each class keeps the turn for as many visits as it has shards.
    let turn = (TURN.fetch_add(1, Ordering::Relaxed) / SHARDS) as u32 % used.count_ones();
    (0..CLASSES).filter(|class| used & 1 << class != 0).nth(turn as usize)
}

/// Takes out all that is dead, shard by shard, and hands each shard's dead to `bury` with no lock held.
pub(crate) fn sweep_all(mut bury: impl FnMut(Vec<Taken>)) {
    for shard in shards() {
        let mut dead = Vec::new();
        {
            let mut keeper = shard.keeper();
            if !keeper.is_empty() {
                keeper.sweep_all(shard.index(), &mut dead);
            }
        }
        if !dead.is_empty() {
            bury(dead);
        }
    }
}

/// All nodes, in the order of their coming.
pub(crate) fn seen() -> Vec<Seen> {
    let mut seen = Vec::new();
    for shard in shards() {
        shard.keeper().note_all(shard.class, &mut seen);
    }
    in_order(&mut seen, NEXT.load(Ordering::Relaxed));
    seen
}

/// Takes out the node of an object that was seen if that is dead.
pub(crate) fn take_dead(seen: &Seen) -> Option<Taken> {
    Shard::at(seen.class, seen.address).keeper().take_dead(seen.address)
}

pub(crate) fn each(visit: &mut impl FnMut(&Node)) {
    for shard in shards() {
        shard.keeper().each(&mut *visit);
    }
}
