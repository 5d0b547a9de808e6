//! The table of one thread: the anchors of its `Rc`s, and of what takes part in its `local` memos.
//!
//! It lies behind a thread-local pointer without a destructor, so it works until the thread's very end (law 14). A
//! guard sweeps it when the thread ends and frees it unless an `Rc` is alive; then it is left where it is, since an `Rc`
//! that was leaked may have a `&'static` result out. A table made after that stays.
//!
//! Borrows of the table are short and nothing of the user's runs inside them.

use std::ptr::NonNull;

use super::index::Index;
use super::shard::Keeper;
use super::{CLASSES, Node, Seen, Subject, Taken, in_order};
use crate::anchor::Anchor;
use crate::cell::CellRef;
use crate::counters::{self, Count};
use crate::handed::Batch;
use crate::life::Life;
use crate::memo::Core;
use crate::panics::Panics;
use crate::thread;

/// The table: a shard for each class.
pub(crate) struct Shards {
    shards: [Shard; CLASSES],
    /// The number of the next node.
    next: u32,
}

struct Shard {
    index: Index<Node>,
    keeper: Keeper,
}

impl Shards {
    fn new() -> Self {
        // Nobody reads but who writes: an old array is free at once.
        let nobody_reads = || true;
        let shard = |_| Shard { index: Index::new(), keeper: Keeper::new(nobody_reads) };
        Self { shards: std::array::from_fn(shard), next: 0 }
    }

    fn find_or_add(&mut self, subject: Subject, life: impl FnOnce() -> Life) -> NonNull<Node> {
        let Shard { index, keeper } = &mut self.shards[subject.class()];
        let number = || {
            let number = self.next;
            self.next = number.wrapping_add(1);
            number
        };
        keeper.find_or_add(index, subject, number, life)
    }
}

fn with<R>(act: impl FnOnce(&mut Shards) -> R) -> Option<R> {
    thread::with(|thread| {
        let table = NonNull::new(thread.table.get())?;
        // SAFETY: this thread's alone, and `act` never comes back here: it runs our code only.
        Some(act(unsafe { &mut *table.as_ptr() }))
    })
}

fn with_or_make<R>(act: impl FnOnce(&mut Shards) -> R) -> R {
    thread::with(|thread| {
        if thread.table.get().is_null() {
            thread.table.set(Box::into_raw(Box::new(Shards::new())));
            // Too late for a guard: then this table stays.
            thread.arm();
        }
    });
    with(act).expect("the table was just made")
}

/// The anchor of the object, if this thread has one for it. Good for as long as the object lives.
#[inline(always)]
pub(crate) fn find<'a>(subject: Subject) -> Option<&'a Anchor> {
    let node = with(|table| {
        let index = &table.shards[subject.class()].index;
        // SAFETY: this thread is the writer.
        unsafe { index.find(subject.address) }
    })??;
    // SAFETY: the node of a living object stays.
    Some(&unsafe { node.as_ref() }.anchor)
}

/// The anchor of the object on this thread, made on first use.
pub(crate) fn find_or_add<'a>(subject: Subject, life: impl FnOnce() -> Life) -> &'a Anchor {
    let node = with_or_make(|table| table.find_or_add(subject, life));
    // SAFETY: as in `find`.
    &unsafe { node.as_ref() }.anchor
}

/// Calls `act` with the anchor of an object that may be dead. `act` is ours.
pub(crate) fn with_anchor(subject: Subject, act: impl FnOnce(&Anchor)) {
    if let Some(anchor) = find(subject) {
        act(anchor);
    }
}

/// Takes out what is dead among a few nodes of `class`.
pub(crate) fn sweep_some(class: usize, nodes: usize, dead: &mut Vec<Taken>) {
    with(|table| {
        let shard = &mut table.shards[class];
        shard.keeper.sweep_some(&shard.index, nodes, dead);
    });
}

/// Takes out all that is dead.
pub(crate) fn sweep_all(mut bury: impl FnMut(Vec<Taken>)) {
    let mut dead = Vec::new();
    with(|table| table.shards.iter_mut().for_each(|shard| shard.keeper.sweep_all(&shard.index, &mut dead)));
    if !dead.is_empty() {
        bury(dead);
    }
}

/// All nodes, in the order of their coming.
pub(crate) fn seen() -> Vec<Seen> {
    let mut seen = Vec::new();
    with(|table| {
        for (class, shard) in table.shards.iter().enumerate() {
            shard.keeper.note_all(class, &mut seen);
        }
        in_order(&mut seen, table.next);
    });
    seen
}

/// Takes out the node of an object that was seen if that is dead.
pub(crate) fn take_dead(seen: &Seen) -> Option<Taken> {
    with(|table| table.shards[seen.class].keeper.take_dead(seen.address))?
}

/// Takes out this thread's node that watches the peer at this address, whose object has died.
pub(crate) fn take_watching(peer: usize) -> Option<Taken> {
    let subject = Subject::of_peer(peer);
    with(|table| table.shards[subject.class()].keeper.take_dead(subject.address))?
}

pub(crate) fn each(visit: &mut impl FnMut(&Node)) {
    with(|table| table.shards.iter().for_each(|shard| shard.keeper.each(&mut *visit)));
}

/// Counted references to this thread's cells of `core`.
pub(crate) fn listed(core: &'static Core) -> Vec<CellRef> {
    let mut cells = Vec::new();
    each(&mut |node: &Node| {
        if let Some(cell) = node.anchor.cells().find(core) {
            // SAFETY: the table holds the cell; `clear` exists for memos with counted cells only.
            cells.push(unsafe { CellRef::retain(cell) });
        }
    });
    cells
}

/// The results of `core` on this thread. Counters of its own it has no more when it is ending.
pub(crate) fn len(core: &'static Core) -> usize {
    let mut len = 0;
    each(&mut |node: &Node| {
        if let Some(cell) = node.anchor.cells().find(core) {
            // SAFETY: the table holds the cell, which is one of this memo's.
            len += unsafe { (core.vtable().ready)(cell) };
        }
    });
    len
}

/// Frees the table, unless an `Rc` of it lives on. Runs when the thread ends.
pub(crate) fn close() {
    // Values dropped here may make a new table; not for ever.
    for _ in 0..4 {
        if thread::with(|thread| thread.table.get().is_null()) {
            return;
        }
        // A destructor that panics here would abort the process: the thread has nobody to tell.
        let mut panics = Panics::default();
        panics.run(crate::sweep::sweep_here);
        if an_rc_lives() {
            // Destructors may compute anew, of that `Rc` or of others that are dead by then; not for ever.
            for _ in 0..4 {
                if end_what_is_not_lent(&mut panics) == 0 {
                    break;
                }
                panics.run(crate::sweep::sweep_here);
            }
            panics.swallow();
            count_leaked();
            return;
        }
        // What is left are `Arc`s and in-object arguments that live on elsewhere. Nothing is lent on their account alone.
        let table = thread::with(|thread| thread.table.replace(std::ptr::null_mut()));
        // SAFETY: made by `Box::into_raw`, and no longer reachable.
        let mut table = unsafe { Box::from_raw(table) };
        let nodes: Vec<Taken> = table.shards.iter_mut().flat_map(|shard| shard.keeper.drain()).collect();
        crate::sweep::drop_nodes(nodes, &mut panics);
        panics.swallow();
    }
}

/// Nobody can have a result of a memo that returns by clone: those go with their thread, whoever lives on. How many there were.
fn end_what_is_not_lent(panics: &mut Panics) -> usize {
    let mut ended = 0;
    let memos = crate::registry::all().clone();
    for core in memos.into_iter().filter(|core| core.is_local() && !core.site().lends) {
        for cell in listed(core) {
            // Of this thread's memos nothing goes to a batch.
            ended += cell.empty(Count::Dropped, &mut Batch::default(), panics);
            panics.run(|| drop(cell));
        }
    }
    ended
}

/// Whether a result may be lent out for good: an `Rc` that was leaked, or that a later destructor holds.
fn an_rc_lives() -> bool {
    let mut lives = false;
    each(&mut |node: &Node| lives |= node.life.is_thread_bound() && node.is_alive());
    lives
}

/// What is alive now outlives its thread: nobody will ever reclaim it.
fn count_leaked() {
    let mut leaked = Vec::new();
    for core in crate::registry::all().iter().copied() {
        let here = counters::sum_here(core).entries();
        if core.is_local() && here > 0 {
            counters::count(core, Count::Leaked, here);
            leaked.push((core, here));
        }
    }
    // A later destructor may drop that `Rc` after all, and sweep.
    thread::with(|thread| thread.note_leaked(leaked));
}
