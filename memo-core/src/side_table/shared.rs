//! The process-wide table of `Arc`s: shards behind read-write locks.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};

use super::{CLASSES, Node, Shard, Subject, hash_of};
use crate::anchor::Anchor;
use crate::life::Life;
use crate::sync::unpoisoned;

const SHARDS: usize = 16;

static TABLE: [[RwLock<Shard>; SHARDS]; CLASSES] = [const { [const { RwLock::new(Shard::new()) }; SHARDS] }; CLASSES];

/// Which classes have ever had a node: the others are not worth a visit.
static USED: AtomicU32 = AtomicU32::new(0);

#[inline]
fn shard(subject: Subject) -> &'static RwLock<Shard> {
    // Bits that the hash table in the shard makes little use of.
    let at = (hash_of(subject.address) >> 48) as usize % SHARDS;
    &TABLE[subject.class()][at]
}

/// The anchor of `arc`, if it has one.
#[inline]
pub(crate) fn find<T: ?Sized>(arc: &Arc<T>) -> Option<&Anchor> {
    let subject = Subject::of(&**arc);
    let node = unpoisoned(shard(subject).read()).find(subject.address)?;
    // The node of a living object stays, and `arc` is borrowed for as long as the anchor is.
    Some(&node.get().anchor)
}

/// The anchor of `arc`, made on first use.
pub(crate) fn find_or_add<T: ?Sized>(arc: &Arc<T>) -> &Anchor {
    let subject = Subject::of(&**arc);
    let node = unpoisoned(shard(subject).write()).find_or_add(subject, || Life::new(Arc::downgrade(arc)));
    let class = 1 << subject.class();
    if USED.load(Ordering::Relaxed) & class == 0 {
        USED.fetch_or(class, Ordering::Relaxed);
    }
    &node.get().anchor
}

/// Calls `act` with the anchor of an object that may die meanwhile. `act` is ours.
pub(crate) fn with_anchor(subject: Subject, act: impl FnOnce(&Anchor)) {
    // While the shard is locked nobody takes the node out.
    let shard = unpoisoned(shard(subject).read());
    if let Some(node) = shard.find(subject.address) {
        act(&node.get().anchor);
    }
}

/// Takes out what is dead in a few slots of `class`. One hand goes over all its shards.
pub(crate) fn sweep_some(class: usize, slots: usize, dead: &mut Vec<Node>) {
    static HANDS: [AtomicUsize; CLASSES] = [const { AtomicUsize::new(0) }; CLASSES];
    let at = HANDS[class].fetch_add(1, Ordering::Relaxed) % SHARDS;
    // A shard that is busy is left to the next miss.
    if let Ok(mut shard) = TABLE[class][at].try_write() {
        shard.sweep_some(slots, dead);
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
pub(crate) fn sweep_all(mut bury: impl FnMut(Vec<Node>)) {
    for shard in TABLE.iter().flatten() {
        if unpoisoned(shard.read()).is_empty() {
            continue;
        }
        let mut dead = Vec::new();
        unpoisoned(shard.write()).sweep_all(&mut dead);
        if !dead.is_empty() {
            bury(dead);
        }
    }
}

pub(crate) fn each(visit: &mut impl FnMut(&Node)) {
    for shard in TABLE.iter().flatten() {
        unpoisoned(shard.read()).each(&mut *visit);
    }
}
