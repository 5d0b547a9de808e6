//! The table of one thread: the anchors of its `Rc`s, and of the objects that take part in its `local` memos.
//!
//! It is one shard, without a lock, behind a thread-local pointer without a destructor, so it works until the thread's very end
//! (law 14). When the thread ends, a guard frees it, except the nodes of living `Rc`s whose results were lent: an `Rc` that was
//! leaked, or that a later destructor holds, may have lent a result for `'static`. These nodes stay, with the rest of the table, and
//! their results count as abandoned. A table made after that has a guard of its own; after that guard, a table is freed at the end of
//! each outermost call.
//!
//! Borrows of the table are short, and no user code runs inside them.

use std::ptr::NonNull;

use super::by_address;
use super::found_or_made::Made;
use super::node::{Node, age};
use super::object::Subject;
use super::sample::Figures;
use super::shard::{Added, Chain, Keeper, Swept};
use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::CellRef;
use crate::anchor::liveness::AnyWeak;
use crate::memo::core::Core;
use crate::sys::index::{Guess, Index};
use crate::sys::per_thread::per_thread;
use std::cell::Cell;

/// The table.
pub(crate) struct Table {
    index: Index<Node>,
    keeper: Keeper,
    /// The sequence number of the next node.
    next: u32,
}

impl Table {
    fn new() -> Self {
        Self { index: Index::new(), keeper: Keeper::new(), next: 0 }
    }
}

per_thread! {
    struct OwnTable {
        table: Cell<*mut Table> = Cell::new(std::ptr::null_mut()),
    }
}

/// Whether this thread has a table.
#[inline]
pub(crate) fn exists() -> bool {
    !OwnTable::here().table.get().is_null()
}

fn with<R>(act: impl FnOnce(&mut Table) -> R) -> Option<R> {
    let table = NonNull::new(OwnTable::here().table.get())?;
    // SAFETY: only this thread's, and `act` never re-enters: it runs no user code.
    let table = unsafe { &mut *table.as_ptr() };
    let done = act(table);
    if let Some(retired) = table.keeper.retired() {
        // SAFETY: the only reader is this thread, which is not reading now.
        unsafe { retired.free() };
    }
    Some(done)
}

fn with_or_make<R>(act: impl FnOnce(&mut Table) -> R) -> R {
    if !exists() {
        OwnTable::here().table.set(Box::into_raw(Box::new(Table::new())));
    }
    with(act).expect("the table was just made")
}

/// A first look for the anchor of the object: what a hit needs. Valid as long as the object lives.
#[inline(always)]
pub(crate) fn guess<'a>(subject: Subject) -> Guess<&'a Anchor> {
    let Some(index) = index() else { return Guess::Nothing };
    // SAFETY: this thread is the writer.
    let guess = unsafe { by_address::guess(index, subject.address) };
    // SAFETY: the node of a living object stays.
    guess.map(|node| unsafe { node.as_ref() }.anchor())
}

/// This thread's index, borrowed only for a look.
#[inline(always)]
fn index<'a>() -> Option<&'a Index<Node>> {
    let table = NonNull::new(OwnTable::here().table.get())?;
    // SAFETY: only this thread's.
    Some(unsafe { &(*table.as_ptr()).index })
}

/// The anchor of the object, if this thread has one for it. Valid as long as the object lives.
#[inline]
pub(crate) fn find<'a>(subject: Subject) -> Option<&'a Anchor> {
    match guess(subject) {
        Guess::Node(anchor) => Some(anchor),
        Guess::Nothing => None,
        Guess::Unsure => find_further(subject),
    }
}

#[cold]
#[inline(never)]
fn find_further<'a>(subject: Subject) -> Option<&'a Anchor> {
    // SAFETY: this thread is the writer.
    let node = unsafe { by_address::find(index()?, subject.address) }?;
    // SAFETY: the node of a living object stays.
    Some(unsafe { node.as_ref() }.anchor())
}

/// The anchor of the object on this thread, made on first use. Examines a few other nodes in passing. A batch of dead ones, if
/// due, is passed to `end`.
pub(crate) fn find_or_add<'a>(
    subject: Subject,
    roomy: bool,
    life: impl FnOnce() -> AnyWeak,
    end: impl FnOnce(Chain),
) -> Made<'a> {
    let Added { node, fresh, dead } = with_or_make(|table| {
        let Table { index, keeper, next } = table;
        let number = || {
            let number = *next;
            *next = number.wrapping_add(1);
            number
        };
        keeper.find_or_add(index, subject, roomy, number, life)
    });
    if !dead.is_empty() {
        end(dead);
    }
    // SAFETY: as in `find`.
    unsafe { Made::of(node, fresh) }
}

/// Calls `act`, which runs no user code, with the anchor of an object that may be dead.
pub(crate) fn with_anchor(subject: Subject, act: impl FnOnce(&Anchor)) {
    if let Some(anchor) = find(subject) {
        act(anchor);
    }
}

/// Examines up to `nodes` nodes, and removes at most `most_dead` dead ones. Like [`shared::sweep_some`](super::shared::sweep_some), returns
/// how many nodes are paid for.
pub(crate) fn sweep_some(nodes: usize, most_dead: usize) -> (usize, Chain) {
    match with(|table| table.keeper.sweep_some(&table.index, nodes, most_dead)) {
        Some(Swept { looked, dead, .. }) if dead.len() >= most_dead => (looked, dead),
        Some(Swept { dead, .. }) => (nodes, dead),
        None => (nodes, const { Chain::new() }),
    }
}

/// Returns nodes to the table: free ones, and some whose cells wait for the end of an outermost call.
pub(crate) fn give_back(free: Chain, late: Chain) {
    with(|table| {
        table.keeper.give_back(free);
        table.keeper.add_late(late);
    });
}

/// Takes nodes whose cells wait for the end of an outermost call.
pub(crate) fn take_late(most: usize) -> Chain {
    with(|table| table.keeper.take_late(most)).unwrap_or(const { Chain::new() })
}

pub(crate) fn has_late() -> bool {
    with(|table| table.keeper.has_late()).unwrap_or(false)
}

/// Sweeps the nodes that are in the table now, batch by batch.
pub(crate) fn sweep_all(batch: usize, mut end: impl FnMut(Chain)) {
    let Some(mut round) = with(|table| table.keeper.round()) else { return };
    while let Some(dead) = with(|table| table.keeper.go_on(&table.index, &mut round, batch)).flatten() {
        end(dead);
    }
    with(|table| table.keeper.trim(&table.index));
}

/// A node that was seen: its sequence number and address.
pub(crate) type Seen = (u32, usize);

/// All nodes, the oldest first.
pub(crate) fn seen() -> Vec<Seen> {
    let mut seen = Vec::new();
    with(|table| {
        table.keeper.each(|node| {
            if node.is_assigned() {
                seen.push((node.number(), node.own_address()));
            }
        });
        seen.sort_unstable_by_key(|&(number, _)| std::cmp::Reverse(age(number, table.next)));
    });
    seen
}

/// The next sequence number; wraps around.
pub(crate) fn now() -> u32 {
    with(|table| table.next).unwrap_or(0)
}

/// Removes the node of an object if the object is dead.
pub(crate) fn take_if_dead(address: usize) -> Chain {
    with(|table| table.keeper.take_if_dead(&table.index, address)).unwrap_or(const { Chain::new() })
}

/// The sums of `of` over all nodes, estimated from at most `most` of each class and list.
pub(crate) fn estimate<T: Figures>(most: usize, of: &mut impl FnMut(&Node) -> T) -> T {
    with(|table| table.keeper.estimate(most, of)).unwrap_or_else(T::none)
}

pub(crate) fn each(visit: &mut impl FnMut(&Node)) {
    with(|table| table.keeper.each(&mut *visit));
}

/// Counted references to this thread's cells of `core`.
pub(crate) fn listed(core: &'static Core) -> Vec<CellRef> {
    let mut cells = Vec::new();
    each(&mut |node: &Node| {
        if let Some(cell) = node.anchor().cells().find(core) {
            // SAFETY: the table holds the cell, and `clear` exists only for memos with counted cells.
            cells.push(unsafe { CellRef::retain(cell) });
        }
    });
    cells
}

/// How many nodes belong to objects, dead or alive.
pub(crate) fn live() -> usize {
    with(|table| table.keeper.live()).unwrap_or(0)
}

/// Whether `is` accepts any node.
pub(crate) fn any(is: &mut impl FnMut(&Node) -> bool) -> bool {
    with(|table| table.keeper.any(&mut *is)).unwrap_or(false)
}

/// Removes the nodes that `goes` accepts, alive or not.
pub(crate) fn take_if(goes: impl Fn(&Node) -> bool) -> Chain {
    with(|table| table.keeper.take_if(&table.index, goes)).unwrap_or(const { Chain::new() })
}

/// Frees unused memory, and the table itself if it is empty.
pub(crate) fn trim() {
    with(|table| table.keeper.trim(&table.index));
    if with(|table| table.keeper.is_empty()) == Some(true) {
        let table = OwnTable::here().table.replace(std::ptr::null_mut());
        // SAFETY: made by `Box::into_raw`, and no longer reachable.
        let mut table = unsafe { Box::from_raw(table) };
        table.keeper.end(&table.index);
        if let Some(retired) = table.keeper.retired() {
            // SAFETY: as in `with`.
            unsafe { retired.free() };
        }
    }
}
