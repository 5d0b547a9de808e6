//! A part of a shared map: nodes that are found without a lock, and added and taken out under one.
//!
//! An array of slots with linear probing (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm L), which a look-up reads
//! while its thread is marked as *looking* ([`registry`](crate::sys::hazard::registry)).
//!
//! # Invariants
//!
//! 1. A slot's node is written under the lock (`Release`), after the node and the slot's tag. A look-up reads the node first (`Acquire`), and
//!    goes by the hash in it: the tag only saves a look at others.
//! 2. A node that was taken out leaves a grave, unless its successor is empty: a look-up goes on over it. An array has an empty slot.
//! 3. What was unpublished, nodes and arrays, is freed after a heavy fence after which every other thread was seen outside a look-up
//!    that had begun before; a node also not before its content is gone. No lock is held over the fence.
//! 4. A look-up runs no user code; nor does anything under the lock. What was taken out is dropped after unlocking.
//! 5. Who goes over a shard has a pin, numbered as it came. What is taken out is held until all pins are gone that were there then; a
//!    later one did not see it, and does not keep it.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::node::{Held, Mortal, Node};
use super::pool::Pool;
use crate::sys::fence;
use crate::sys::hazard::own;
use crate::sys::panics::{Panics, drop_quietly};
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::{AtomicPtr, AtomicUsize, Ordering, unpoisoned};
use crate::weak::classes::{AHEAD, Classes, Cursor, LOOKED_AT, Moved, Place};
use crate::weak::key::PART_BITS;

struct Slot<C: Mortal> {
    tag: AtomicUsize,
    node: AtomicPtr<Node<C>>,
}

/// No node, but one may come after it.
fn grave<C: Mortal>() -> *mut Node<C> {
    std::ptr::without_provenance_mut(1)
}

fn is_grave<C: Mortal>(node: *mut Node<C>) -> bool {
    node.addr() == 1
}

struct Array<C: Mortal>(Box<[Slot<C>]>);

/// The bits of a hash that select a shard are not used in it.
pub(super) const SHARD_BITS: u32 = PART_BITS;
const LEAST: usize = 8;

impl<C: Mortal> Array<C> {
    fn new(slots: usize) -> Self {
        debug_assert!(slots.is_power_of_two());
        let slot = || Slot { tag: AtomicUsize::new(0), node: AtomicPtr::new(std::ptr::null_mut()) };
        Self((0..slots).map(|_| slot()).collect())
    }

    #[inline(always)]
    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.0.len() - 1)
    }

    #[inline(always)]
    fn home(&self, hash: u64) -> usize {
        (hash >> (64 - SHARD_BITS - self.0.len().trailing_zeros())) as usize & (self.0.len() - 1)
    }

    /// The first node with this hash of which `read` says something.
    ///
    /// # Safety
    /// The caller is looking since before it loaded the array, or holds the lock.
    #[inline(always)]
    unsafe fn search<R>(&self, hash: u64, mut read: impl FnMut(&Node<C>) -> Option<R>) -> Option<R> {
        let mut at = self.home(hash);
        loop {
            let slot = &self.0[at];
            let node = slot.node.load(Ordering::Acquire);
            if node.is_null() {
                return None;
            }
            if !is_grave(node) && slot.tag.load(Ordering::Relaxed) == hash as usize {
                // SAFETY: neither null nor a grave, so a node, which stays as long as somebody looks.
                let node = unsafe { &*node };
                if node.hash == hash {
                    if let Some(found) = read(node) {
                        return Some(found);
                    }
                }
            }
            at = self.next(at);
        }
    }

    /// Puts a node into the first slot that is free. Returns whether it was empty, and no grave. Under the lock.
    fn put(&self, node: NonNull<Node<C>>, hash: u64) -> bool {
        let mut at = self.home(hash);
        loop {
            let slot = &self.0[at];
            let there = slot.node.load(Ordering::Relaxed);
            if there.is_null() || is_grave(there) {
                slot.tag.store(hash as usize, Ordering::Relaxed);
                slot.node.store(node.as_ptr(), Ordering::Release);
                return there.is_null();
            }
            at = self.next(at);
        }
    }

    /// The slot of a node that is in it. Under the lock.
    fn slot_of(&self, node: NonNull<Node<C>>, hash: u64) -> usize {
        let mut at = self.home(hash);
        while self.0[at].node.load(Ordering::Relaxed) != node.as_ptr() {
            at = self.next(at);
        }
        at
    }
}

/// What the writers of a shard know.
struct Keeper<C: Mortal> {
    rows: Classes<NonNull<Node<C>>>,
    /// Slots that are not empty.
    used: usize,
    unlinked: Unlinked<C>,
    /// Those who go over the nodes, and the number of the next one.
    pins: Vec<u64>,
    next_pin: u64,
    /// What was taken out meanwhile, each held, and the number of the first pin that does not keep it.
    kept: VecDeque<(u64, NonNull<Node<C>>)>,
    pool: Pool<Node<C>>,
}

impl<C: Mortal> Default for Keeper<C> {
    fn default() -> Self {
        Self {
            rows: Classes::new(),
            used: 0,
            unlinked: Unlinked::new(),
            pins: Vec::new(),
            next_pin: 0,
            kept: VecDeque::new(),
            pool: Pool::new(),
        }
    }
}

/// Allocated when it is first locked: most maps use a few of their shards.
struct OnDemand<T>(Option<Box<T>>);

impl<T> Deref for OnDemand<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().expect("locked, so allocated")
    }
}

impl<T> DerefMut for OnDemand<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_deref_mut().expect("locked, so allocated")
    }
}

/// What was unpublished, and may still be looked at.
struct Unlinked<C: Mortal> {
    /// Each with the bytes that it keeps.
    nodes: Vec<(NonNull<Node<C>>, usize)>,
    /// Not boxes: who looks at one does not own it.
    arrays: Vec<NonNull<Array<C>>>,
    bytes: usize,
    /// How many bytes may wait before a fence is passed; more while a reader stays inside.
    due: usize,
}

const LEAST_DUE: usize = 32 << 10;

/// The fewest nodes that a sweep looks at before it lets others in.
const BATCH: usize = 16 << 10;

impl<C: Mortal> Unlinked<C> {
    const fn new() -> Self {
        Self { nodes: Vec::new(), arrays: Vec::new(), bytes: 0, due: LEAST_DUE }
    }

    fn take(&mut self) -> Self {
        let due = self.due;
        std::mem::replace(self, Self { due, ..Self::new() })
    }

    fn append(&mut self, mut other: Self) {
        self.nodes.append(&mut other.nodes);
        self.arrays.append(&mut other.arrays);
        self.bytes += other.bytes;
    }

    /// Frees what nobody holds.
    ///
    /// # Safety
    /// Nobody looks at it.
    unsafe fn free(&mut self, pool: &mut Pool<Node<C>>) {
        for array in self.arrays.drain(..) {
            // SAFETY: made by `rebuild`, and freed once.
            drop(unsafe { Box::from_raw(array.as_ptr()) });
        }
        // SAFETY: the caller's.
        self.nodes.retain(|(node, _)| !unsafe { free_if_done(*node, pool) });
        self.bytes = self.nodes.iter().map(|(_, bytes)| bytes).sum();
    }
}

/// Gives a node back to its pool, if nobody holds it.
///
/// # Safety
/// The node is out of its table, and nobody looks at it.
unsafe fn free_if_done<C: Mortal>(at: NonNull<Node<C>>, pool: &mut Pool<Node<C>>) -> bool {
    // SAFETY: the caller's: its memory is there.
    let node = unsafe { at.as_ref() };
    let done = node.is_done();
    if done {
        if C::STAYS {
            // SAFETY: its last holder has left it to this.
            unsafe { node.end_content() };
        }
        pool.give_back(at, node.chunk);
    }
    done
}

/// A part of a map.
#[repr(align(64))]
pub(super) struct Shard<C: Mortal> {
    /// Null as long as there is no node, until it is shrunk.
    array: AtomicPtr<Array<C>>,
    keeper: Mutex<OnDemand<Keeper<C>>>,
}

// SAFETY: contents are shared by all threads, and dropped by any; all else is atomics, or the lock's.
unsafe impl<C: Mortal + Send + Sync> Send for Shard<C> {}
// SAFETY: as above.
unsafe impl<C: Mortal + Send + Sync> Sync for Shard<C> {}

impl<C: Mortal> Shard<C> {
    pub(super) fn new() -> Self {
        Self { array: AtomicPtr::new(std::ptr::null_mut()), keeper: Mutex::new(OnDemand(None)) }
    }

    /// Whether no node was in it yet, or since it was shrunk.
    pub(super) fn is_new(&self) -> bool {
        self.array.load(Ordering::Relaxed).is_null()
    }

    /// # Safety
    /// The caller is looking, or holds the lock, as long as the array is used.
    #[inline(always)]
    unsafe fn array(&self) -> Option<&Array<C>> {
        // SAFETY: null, or an array, which stays as long as somebody looks.
        unsafe { self.array.load(Ordering::Acquire).as_ref() }
    }

    /// The first node with this hash of which `read`, which runs no user code, says something.
    #[inline(always)]
    pub(super) fn look<R>(&self, hash: u64, read: impl FnMut(&Node<C>) -> Option<R>) -> Option<R> {
        match own::light_reader() {
            // SAFETY: marked as looking.
            Some(reader) => reader
                .look(fence::light, || unsafe { self.array() }.and_then(|array| unsafe { array.search(hash, read) })),
            None => self.look_carefully(hash, read),
        }
    }

    /// The same with a full fence the first time and where there is no light one, and with the lock on a thread that is ending.
    #[cold]
    #[inline(never)]
    fn look_carefully<R>(&self, hash: u64, read: impl FnMut(&Node<C>) -> Option<R>) -> Option<R> {
        match own::reader() {
            // SAFETY: marked as looking.
            Some(reader) => reader
                .look(fence::full, || unsafe { self.array() }.and_then(|array| unsafe { array.search(hash, read) })),
            None => {
                let _keeper = self.lock();
                // SAFETY: the lock is held.
                let array = unsafe { self.array() }?;
                // SAFETY: as above.
                unsafe { array.search(hash, read) }
            }
        }
    }

    #[inline(always)]
    fn lock(&self) -> MutexGuard<'_, OnDemand<Keeper<C>>> {
        #[cold]
        fn first<C: Mortal>() -> Option<Box<Keeper<C>>> {
            Some(Box::default())
        }
        let mut keeper = unpoisoned(self.keeper.lock());
        if keeper.0.is_none() {
            keeper.0 = first();
        }
        keeper
    }

    /// Runs `act`, which runs no user code, under the lock. Afterwards drops the dead that it met.
    #[inline]
    pub(super) fn with<'t, R>(&'t self, act: impl FnOnce(&mut Locked<'t, C>) -> R) -> R {
        let mut locked = Locked { shard: self, keeper: self.lock(), dead: [const { None }; LOOKED_AT] };
        let done = act(&mut locked);
        let Locked { mut keeper, dead, .. } = locked;
        let unlinked = &mut keeper.unlinked;
        let due = (unlinked.bytes >= unlinked.due).then(|| unlinked.take());
        drop(keeper);
        for dead in dead.into_iter().flatten() {
            if C::QUIET { drop(dead) } else { drop_quietly(dead) }
        }
        if let Some(due) = due {
            self.free(due);
        }
        done
    }

    #[cold]
    #[inline(never)]
    fn free(&self, unlinked: Unlinked<C>) {
        let left = own::others_have_left();
        // SAFETY: it was unpublished before.
        unsafe { self.take_back(unlinked, left) };
    }

    /// Frees what was unpublished, if all readers have `left` since.
    ///
    /// # Safety
    /// They have, if that is said.
    unsafe fn take_back(&self, mut unlinked: Unlinked<C>, left: bool) {
        let mut keeper = self.lock();
        let mut due = LEAST_DUE;
        if left {
            // SAFETY: the caller's.
            unsafe { unlinked.free(&mut keeper.pool) };
        } else {
            // A reader was preempted inside. Not retried at once: fences are expensive.
            due = 2 * unlinked.bytes;
        }
        keeper.unlinked.append(unlinked);
        keeper.unlinked.due = due.max(2 * keeper.unlinked.bytes);
    }

    /// Frees what was taken out and has been dropped meanwhile: if it is much, or in any case.
    pub(super) fn free_taken(&self, in_any_case: bool) {
        let taken = {
            let unlinked = &mut self.lock().unlinked;
            let is_due = unlinked.bytes >= if in_any_case { 1 } else { unlinked.due };
            is_due.then(|| unlinked.take())
        };
        if let Some(taken) = taken {
            self.free(taken);
        }
    }

    /// All nodes that are in it now. What is taken out meanwhile stays until the pin goes.
    pub(super) fn pin(&self) -> Pinned<'_, C> {
        let mut keeper = self.lock();
        let number = keeper.next_pin;
        keeper.next_pin += 1;
        keeper.pins.push(number);
        let nodes: Vec<_> = keeper.rows.iter().copied().collect();
        nodes.iter().take(AHEAD).for_each(is_asked_soon);
        Pinned { shard: self, number, nodes: nodes.into_iter() }
    }

    fn unpin(&self, number: u64, panics: &mut Panics) {
        let free: Vec<_> = {
            let keeper = &mut *self.lock();
            keeper.pins.retain(|pin| *pin != number);
            let oldest = keeper.pins.iter().copied().min().unwrap_or(keeper.next_pin);
            let free = keeper.kept.partition_point(|(first, _)| *first <= oldest);
            let free = keeper.kept.drain(..free).collect();
            if keeper.kept.is_empty() {
                keeper.kept = VecDeque::new();
            }
            free
        };
        if free.is_empty() {
            return;
        }
        for (_, node) in free {
            // SAFETY: the hold of `unlink`.
            let held = unsafe { Held::<C>::of(node) };
            panics.run(|| drop(held));
        }
        // What stays pins its objects until then.
        self.free_taken(C::STAYS);
    }

    /// Takes out those that `is`, which runs no user code, says, of the next part of a sweep. `None`: that was all.
    pub(super) fn take_those<'t>(
        &'t self,
        at: &mut Option<Cursor>,
        is: impl Fn(&C) -> bool,
    ) -> Option<Vec<Held<'t, C>>> {
        if at.is_some_and(|cursor| cursor.is_down()) {
            return None;
        }
        Some(self.with(|locked| {
            let rows = &mut locked.keeper.rows;
            let cursor = at.get_or_insert_with(|| rows.top());
            // A part, so that others wait for no more than that.
            let mut left = (rows.len() / 4).max(BATCH);
            // To make the array anew costs less than to correct it for each of many.
            let many = rows.len() / 32;
            let mut taken = Vec::new();
            // SAFETY: what is in the table is held by it.
            let is = |node: &NonNull<Node<C>>| is(unsafe { content_of(*node) });
            while let Some(place) = locked.keeper.rows.next_down(cursor, &mut left, is_asked_soon, is) {
                let node = locked.take_from_row(place);
                if taken.len() < many {
                    locked.take_from_array(node);
                }
                // SAFETY: the table's hold, which goes over.
                taken.push(unsafe { Held::of(node) });
            }
            if taken.len() > many || locked.is_too_large() {
                locked.rebuild(locked.keeper.rows.len());
            }
            taken
        }))
    }

    /// Takes out the dead among some `most` nodes under the hands of the rows. Returns how many it has looked at, too.
    pub(super) fn take_under_hand(&self, most: usize) -> (usize, Vec<Held<'_, C>>) {
        self.with(|locked| {
            let (mut looked, mut taken) = (0, Vec::new());
            for row in 0..locked.keeper.rows.rows() {
                let share = locked.keeper.rows.share(row, most);
                let mut left = share;
                while let Some(dead) = locked.keeper.rows.next_dead_in(row, &mut left, is_dead) {
                    taken.push(locked.take_from(dead));
                }
                looked += share - left;
            }
            (looked, taken)
        })
    }

    /// How many nodes are alive.
    pub(super) fn living(&self) -> usize {
        let keeper = self.lock();
        keeper.rows.iter().filter(|node| !is_dead(node)).count()
    }

    pub(super) fn stored(&self) -> usize {
        self.lock().rows.len()
    }

    pub(super) fn capacity(&self) -> usize {
        let _keeper = self.lock();
        // SAFETY: the lock is held.
        unsafe { self.array() }.map_or(0, |array| room(array.0.len()))
    }

    /// Makes room for `more` nodes.
    pub(super) fn reserve(&self, more: usize) {
        self.with(|locked| {
            let needed = locked.keeper.rows.len() + more;
            if locked.array().is_none_or(|array| room(array.0.len()) < needed) {
                locked.rebuild(needed);
            }
        });
    }

    /// Gives back the memory that is not needed. The shard is as new if nothing is left of it.
    pub(super) fn shrink_to_fit(&self) {
        self.with(|locked| {
            locked.keeper.rows.shrink_to_fit();
            locked.rebuild(locked.keeper.rows.len());
        });
        self.free_taken(true);
        self.with(|locked| {
            let Keeper { rows, unlinked, kept, .. } = &**locked.keeper;
            if rows.len() == 0 && unlinked.nodes.is_empty() && kept.is_empty() {
                locked.put_array(std::ptr::null_mut());
            }
        });
        self.free_taken(true);
    }
}

/// Whether a node that is in the table is dead.
fn is_dead<C: Mortal>(node: &NonNull<Node<C>>) -> bool {
    // SAFETY: what is in the table is held by it.
    unsafe { content_of(*node) }.is_dead()
}

fn is_asked_soon<C: Mortal>(node: &NonNull<Node<C>>) {
    // SAFETY: what is in the table is held by it.
    unsafe { content_of(*node) }.is_asked_soon();
}

/// # Safety
/// The node is held as long as this is used.
unsafe fn content_of<'h, C: Mortal>(node: NonNull<Node<C>>) -> &'h C {
    // SAFETY: the caller's.
    let content = unsafe { node.as_ref() }.content();
    // SAFETY: as above.
    unsafe { &*content }
}

/// How many slots of so many may be used.
fn room(slots: usize) -> usize {
    slots / 4 * 3
}

impl<C: Mortal> Drop for Shard<C> {
    fn drop(&mut self) {
        // Nobody looks: the table is borrowed by nobody. What is still held was forgotten by its holder, and stays.
        let Some(keeper) = unpoisoned(self.keeper.get_mut()).0.as_deref_mut() else { return };
        let array = self.array.load(Ordering::Relaxed);
        if !array.is_null() {
            // SAFETY: the last array, which came from a box.
            drop(unsafe { Box::from_raw(array) });
        }
        let Keeper { rows, unlinked, kept, pool, .. } = keeper;
        let (mut panics, is_in) = (Panics::default(), rows.iter().copied().collect::<Vec<_>>());
        // Where a pin was forgotten there are some that it kept. They are unlinked already.
        for node in rows.drain().chain(kept.drain(..).map(|(_, node)| node)) {
            // SAFETY: the table's own hold, or that of `unlink`.
            let held: Held<'_, C> = unsafe { Held::of(node) };
            panics.run(|| drop(held));
        }
        unlinked.nodes.extend(is_in.into_iter().map(|node| (node, 0)));
        // SAFETY: as above.
        unsafe { unlinked.free(pool) };
        panics.resume();
    }
}

/// The nodes of a shard, for who goes over them.
pub(super) struct Pinned<'t, C: Mortal> {
    shard: &'t Shard<C>,
    number: u64,
    nodes: std::vec::IntoIter<NonNull<Node<C>>>,
}

impl<C: Mortal> Pinned<'_, C> {
    /// Ends it, and drops what was taken out meanwhile.
    pub(super) fn finish(self, panics: &mut Panics) {
        let mut this = std::mem::ManuallyDrop::new(self);
        drop(std::mem::take(&mut this.nodes));
        this.shard.unpin(this.number, panics);
    }

    /// What `read` makes of the next one, which is held meanwhile, in or out.
    pub(super) fn next_with<'p, R>(&'p mut self, read: impl FnOnce(&C, Pin<'p, C>) -> R) -> Option<R> {
        let node = self.nodes.next()?;
        self.nodes.as_slice().get(AHEAD).into_iter().for_each(is_asked_soon);
        // SAFETY: in the table, or kept for this pin.
        let content = unsafe { content_of(node) };
        Some(read(content, Pin { node, shard: self.shard }))
    }
}

impl<C: Mortal> Drop for Pinned<'_, C> {
    fn drop(&mut self) {
        let mut panics = Panics::default();
        self.shard.unpin(self.number, &mut panics);
        panics.resume();
    }
}

/// A node that somebody has come to, and has not gone on from.
pub(super) struct Pin<'p, C: Mortal> {
    node: NonNull<Node<C>>,
    shard: &'p Shard<C>,
}

impl<C: Mortal> Pin<'_, C> {
    /// Takes it out, if it is in. It is dropped when nobody who has come before goes over the nodes any more.
    pub(super) fn take_out(self) {
        drop(self.shard.with(|locked| locked.take_node(self.node)));
    }
}

/// A shard whose lock is held.
pub(crate) struct Locked<'t, C: Mortal> {
    shard: &'t Shard<C>,
    keeper: MutexGuard<'t, OnDemand<Keeper<C>>>,
    /// Taken out in passing.
    dead: [Option<Held<'t, C>>; LOOKED_AT],
}

impl<'t, C: Mortal> Locked<'t, C> {
    fn array(&self) -> Option<&'t Array<C>> {
        // SAFETY: the lock is held as long as this is used.
        unsafe { self.shard.array() }
    }

    /// All nodes with this hash, held.
    pub(crate) fn all(&self, hash: u64) -> Vec<Held<'t, C>> {
        let mut all = Vec::new();
        let mut hold = |node: &Node<C>| {
            // SAFETY: of this table.
            all.extend(unsafe { Held::new(node) });
            None
        };
        if let Some(array) = self.array() {
            // SAFETY: the lock is held.
            let _: Option<()> = unsafe { array.search(hash, &mut hold) };
        }
        all
    }

    /// The first node with this hash, held.
    pub(crate) fn first(&self, hash: u64) -> Option<Held<'t, C>> {
        // SAFETY: of this table.
        let hold = |node: &Node<C>| unsafe { Held::new(node) };
        // SAFETY: the lock is held.
        unsafe { self.array()?.search(hash, hold) }
    }

    /// Whether the nodes with this hash are these, in this order: a new array may have another, which is as good as a change.
    pub(crate) fn are_all(&self, hash: u64, all: &[Held<'t, C>]) -> bool {
        let mut left = all.iter();
        let Some(array) = self.array() else { return all.is_empty() };
        // SAFETY: the lock is held.
        let other: Option<()> = unsafe {
            array.search(hash, |node| {
                let next = left.next().is_some_and(|held| held.node() == NonNull::from(node));
                (!next).then_some(())
            })
        };
        other.is_none() && left.len() == 0
    }

    /// Adds a node for an object of this size. Looks at a few others, and takes out the dead among them.
    pub(crate) fn add(&mut self, hash: u64, size: usize, content: C) {
        self.look_at_others(size);
        if self.array().is_none_or(|array| self.keeper.used >= room(array.0.len())) {
            self.rebuild((self.keeper.rows.len() + 1) * 3 / 2);
        }
        let node = self.keeper.pool.put(|chunk| Node::new(hash, Place::default(), chunk, content));
        let place = self.keeper.rows.push(size, node);
        // SAFETY: just made.
        unsafe { node.as_ref() }.place.set(place);
        let array = self.array().expect("just made, if there was none");
        self.keeper.used += usize::from(array.put(node, hash));
    }

    /// Takes out the dead among a few of a class to which one is added, if they may be dropped now.
    fn look_at_others(&mut self, size: usize) {
        if C::QUIET || own::is_outermost() {
            let mut left = LOOKED_AT;
            while let Some(place) = self.keeper.rows.next_dead(size, &mut left, is_dead) {
                self.dead[left] = Some(self.take_from(place));
            }
        }
    }

    /// Whether a node is in.
    pub(crate) fn is_in(&self, held: &Held<'t, C>) -> bool {
        self.has(held.node())
    }

    /// The same of one that is held.
    fn has(&self, node: NonNull<Node<C>>) -> bool {
        let is_it = |there: &Node<C>| (NonNull::from(there) == node).then_some(());
        // SAFETY: it is held.
        let hash = unsafe { node.as_ref() }.hash;
        // SAFETY: the lock is held.
        self.array().is_some_and(|array| unsafe { array.search(hash, is_it) }.is_some())
    }

    /// Takes a node out that is in, if it is.
    pub(crate) fn take(&mut self, held: &Held<'t, C>) -> Option<Held<'t, C>> {
        self.take_node(held.node())
    }

    /// The same of one that is held.
    fn take_node(&mut self, node: NonNull<Node<C>>) -> Option<Held<'t, C>> {
        // SAFETY: it is held.
        self.has(node).then(|| self.take_from(unsafe { node.as_ref() }.place.get()))
    }

    /// Puts a new content, of an object of this size, in the place of another that is in: no look-up finds neither.
    pub(crate) fn replace(&mut self, held: &Held<'t, C>, size: usize, content: C) -> Held<'t, C> {
        debug_assert!(self.is_in(held));
        let (old, hash) = (held.node(), held.hash());
        // SAFETY: it is held, and in the table.
        let place = || unsafe { old.as_ref() }.place.get();
        let stays_in_row = self.keeper.rows.is_of_class(place(), size);
        if !stays_in_row {
            // Of another class than the old one, which so stays.
            self.look_at_others(size);
        }
        let place = place();
        let new = self.keeper.pool.put(|chunk| Node::new(hash, place, chunk, content));
        if stays_in_row {
            *self.keeper.rows.get_mut(place) = new;
            self.unlink(old, self.pinned(place));
        } else {
            self.take_from_row(place);
            let place = self.keeper.rows.push(size, new);
            // SAFETY: just made.
            unsafe { new.as_ref() }.place.set(place);
        }
        let array = self.array().expect("it is in");
        array.0[array.slot_of(old, hash)].node.store(new.as_ptr(), Ordering::Release);
        // SAFETY: the table's hold, which goes over.
        unsafe { Held::of(old) }
    }

    /// What an entry's content pins after it was taken out.
    fn pinned(&self, place: Place) -> usize {
        if C::STAYS { self.keeper.rows.size_of(place) } else { 0 }
    }

    /// What was taken out is freed later, and with it what a content that stays pins.
    fn unlink(&mut self, node: NonNull<Node<C>>, pinned: usize) {
        let keeper = &mut **self.keeper;
        if !keeper.pins.is_empty() {
            // SAFETY: the table's hold is not given back yet.
            unsafe { node.as_ref() }.hold_again();
            keeper.kept.push_back((keeper.next_pin, node));
        }
        let bytes = size_of::<Node<C>>() + pinned;
        self.keeper.unlinked.nodes.push((node, bytes));
        self.keeper.unlinked.bytes += bytes;
    }

    fn take_from(&mut self, place: Place) -> Held<'t, C> {
        let node = self.take_from_row(place);
        self.take_from_array(node);
        if self.is_too_large() {
            self.rebuild(2 * self.keeper.rows.len());
        }
        // SAFETY: the table's hold, which goes over.
        unsafe { Held::of(node) }
    }

    fn is_too_large(&self) -> bool {
        self.array().is_some_and(|array| array.0.len() > LEAST && self.keeper.rows.len() < array.0.len() / 8)
    }

    fn take_from_row(&mut self, place: Place) -> NonNull<Node<C>> {
        let pinned = self.pinned(place);
        let (node, moved) = self.keeper.rows.take(place);
        if let Some(Moved { to, .. }) = moved {
            // SAFETY: what is in the table is held by it.
            unsafe { self.keeper.rows.get(to).as_ref() }.place.set(to);
        }
        self.unlink(node, pinned);
        node
    }

    fn take_from_array(&mut self, node: NonNull<Node<C>>) {
        // SAFETY: the table's hold is not given back yet.
        let hash = unsafe { node.as_ref() }.hash;
        let array = self.array().expect("there are nodes");
        let mut at = array.slot_of(node, hash);
        let mut left = grave();
        if array.0[array.next(at)].node.load(Ordering::Relaxed).is_null() {
            left = std::ptr::null_mut();
            self.keeper.used -= 1;
        }
        array.0[at].node.store(left, Ordering::Release);
        // Graves before an empty slot are empty, too.
        while left.is_null() {
            at = at.wrapping_sub(1) & (array.0.len() - 1);
            if !is_grave(array.0[at].node.load(Ordering::Relaxed)) {
                break;
            }
            array.0[at].node.store(left, Ordering::Release);
            self.keeper.used -= 1;
        }
    }

    /// A new array for so many nodes, without graves.
    fn rebuild(&mut self, nodes: usize) {
        let slots = (nodes.max(self.keeper.rows.len()) * 4 / 3 + 1).next_power_of_two().max(LEAST);
        let new = Box::new(Array::new(slots));
        for node in self.keeper.rows.iter() {
            // SAFETY: what is in the table is held by it.
            new.put(*node, unsafe { node.as_ref() }.hash);
        }
        self.keeper.used = self.keeper.rows.len();
        self.put_array(Box::into_raw(new));
    }

    /// Publishes another array, or none if there are no nodes.
    fn put_array(&mut self, new: *mut Array<C>) {
        let old = self.shard.array.load(Ordering::Relaxed);
        self.shard.array.store(new, Ordering::Release);
        if let Some(old) = NonNull::new(old) {
            // SAFETY: an array that is not freed yet.
            self.keeper.unlinked.bytes += unsafe { old.as_ref() }.0.len() * size_of::<Slot<C>>();
            self.keeper.unlinked.arrays.push(old);
        }
    }
}

#[cfg(all(test, memo_loom))]
mod loom_models;
