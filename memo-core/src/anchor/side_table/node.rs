//! A node of the side table: the address of its object, the anchor, and room for a first small result.
//!
//! # Invariants
//!
//! 1. The memory of a node remains that of a node as long as any reader may look at it. A reader reads only the address until it
//!    knows that the node belongs to its object.
//! 2. The address is the object's from the time the rest of the node is written until the node is removed. Otherwise it is odd,
//!    which no object's address is: 1 if the node is free, else a link to the next removed node.
//! 3. Apart from the anchor's cells, only the shard's writer writes the rest, and only while the node belongs to no object.
//! 4. The room is used by the call that made the node, or not at all, and only for results whose end runs no user code except listeners.

use std::cell::UnsafeCell;
use std::mem::{MaybeUninit, needs_drop};
use std::ptr::NonNull;

use super::object::hash_of;
use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::{self, AnyCell};
use crate::anchor::cell_list;
use crate::anchor::drop_queue;
use crate::anchor::liveness::AnyWeak;
use crate::memo::cells::head::CellHead;
use crate::memo::counting::counter_block::Count;
use crate::memo::listeners::Why;
use crate::sys::index::Hashed;
use crate::sys::sync::{AtomicUsize, Ordering};

/// An anchor in the side table. The fields that a hit needs come first. A roomy node is followed by its [`Room`].
#[repr(C)]
pub(crate) struct Node {
    address: AtomicUsize,
    anchor: Anchor,
    life: AnyWeak,
    size: Size,
    number: Number,
}

// Bounds the memory of an entry. A model's atomics are larger.
#[cfg(all(not(memo_loom), target_pointer_width = "64"))]
const _: () = assert!(size_of::<Node>() == 48 && size_of::<Room>() == 40);

/// Bytes from one node of a slab to the next.
pub(super) const fn stride(roomy: bool) -> usize {
    size_of::<Node>() + if roomy { size_of::<Room>() } else { 0 }
}

/// The address of a free node.
const FREE: usize = 1;

impl Hashed for Node {
    unsafe fn hash(node: NonNull<Self>) -> u64 {
        // SAFETY: the caller's.
        hash_of(unsafe { Self::address(node) })
    }
}

impl Node {
    /// The address of its object; odd if it has none.
    ///
    /// # Safety
    /// The node's memory has not been freed.
    #[inline(always)]
    pub(super) unsafe fn address(node: NonNull<Self>) -> usize {
        // SAFETY: the caller's, and invariant 1: only the address is referred to.
        let address = unsafe { &(*node.as_ptr()).address };
        address.load(Ordering::Acquire)
    }

    pub(super) fn free(index: u32, roomy: bool) -> Self {
        Self {
            address: AtomicUsize::new(FREE),
            anchor: Anchor::new(),
            life: AnyWeak::GONE,
            size: Size(0),
            number: Number::of(0, index, roomy),
        }
    }

    /// Assigns a free node to an object. The address is written last.
    ///
    /// # Safety
    /// The node is free, and the caller is its shard's writer.
    pub(super) unsafe fn assign(node: NonNull<Self>, address: usize, bytes: usize, number: u32, life: AnyWeak) {
        debug_assert_eq!(address & 1, 0, "the data of an `Arc` lies behind its counts");
        let at = node.as_ptr();
        // SAFETY: the caller's; readers read only the address (invariant 1).
        unsafe { (*at).life = life };
        // SAFETY: as above.
        unsafe { (*at).size = Size::of(bytes) };
        // SAFETY: as above.
        let place = unsafe { &mut (*at).number };
        *place = place.renewed(number);
        // SAFETY: as above.
        unsafe { &(*at).address }.store(address, Ordering::Release);
    }

    /// Links a node that was removed from the index to another one.
    ///
    /// # Safety
    /// The caller removed it, or owns the list.
    pub(super) unsafe fn link(node: NonNull<Self>, next: Option<NonNull<Self>>) {
        let next = next.map_or(0, |next| next.as_ptr().expose_provenance());
        // Relaxed: the `Weak` is released after it, which orders it.
        // SAFETY: the caller's.
        unsafe { &(*node.as_ptr()).address }.store(next | 1, Ordering::Relaxed);
    }

    /// # Safety
    /// As for [`Node::link`], and it was linked.
    pub(super) unsafe fn next(node: NonNull<Self>) -> Option<NonNull<Self>> {
        // SAFETY: the caller's.
        let next = unsafe { &(*node.as_ptr()).address }.load(Ordering::Relaxed);
        NonNull::new(std::ptr::with_exposed_provenance_mut(next & !1))
    }

    /// Whether this node belongs to an object, dead or alive.
    pub(super) fn is_assigned(&self) -> bool {
        self.address.load(Ordering::Relaxed) & 1 == 0
    }

    pub(super) fn own_address(&self) -> usize {
        self.address.load(Ordering::Relaxed)
    }

    #[inline(always)]
    pub(crate) fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The place for a first result, if this node is a roomy one.
    ///
    /// # Safety
    /// The node lies in a slab, and its memory is not freed for `'a`.
    pub(super) unsafe fn room<'a>(node: NonNull<Self>) -> Option<&'a Room> {
        // SAFETY: the caller's; this is not changed while an object has the node.
        let roomy = unsafe { (*node.as_ptr()).number }.is_roomy();
        // SAFETY: it lies there, in the same slab.
        let room = roomy.then(|| unsafe { node.add(1) }.cast::<Room>());
        // SAFETY: plain memory.
        room.map(|room| unsafe { room.as_ref() })
    }

    pub(crate) fn life(&self) -> &AnyWeak {
        &self.life
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.size.bytes()
    }

    pub(crate) fn number(&self) -> u32 {
        self.number.number()
    }

    /// Its place in its slab.
    pub(super) fn index(&self) -> u32 {
        self.number.index()
    }

    /// Whether a room follows it.
    pub(super) fn is_roomy(&self) -> bool {
        self.number.is_roomy()
    }

    /// Releases the object's allocation.
    ///
    /// # Safety
    /// The node was removed, and is the caller's.
    pub(crate) unsafe fn release_life(node: NonNull<Self>) {
        // SAFETY: the caller's: readers read only the address.
        let life = unsafe { &mut (*node.as_ptr()).life };
        drop(std::mem::replace(life, AnyWeak::GONE));
        // SAFETY: as above.
        unsafe { (*node.as_ptr()).size = Size(0) };
    }

    /// Releases the object's allocation, and ends the cells if that runs no user code. If so, returns `true`, and the node holds
    /// nothing.
    ///
    /// # Safety
    /// As for [`Node::take_cells`].
    pub(crate) unsafe fn end_quietly(node: NonNull<Self>) -> bool {
        // SAFETY: the caller's.
        let this = unsafe { node.as_ref() };
        if !this.life.is_plain() {
            return false;
        }
        let mut quiet = true;
        this.anchor.cells_go();
        this.anchor.cells().each(|cell| {
            // SAFETY: the node's cells are alive.
            quiet &= unsafe { any_cell::is_quiet(cell) };
        });
        // SAFETY: the caller's.
        unsafe { Self::release_life(node) };
        if quiet {
            let end = |cell| {
                // SAFETY: the object is dead.
                unsafe { any_cell::end(cell, Why::quietly(Count::Dropped)) };
            };
            // SAFETY: the caller's.
            drop_queue::end_quiet(unsafe { Self::take_cells(node, end) });
        }
        quiet
    }

    /// Takes the cells, as a chain. The one in the room is passed to `end`, which must end it, and not release it.
    ///
    /// # Safety
    /// The node was removed and is the caller's, its object is dead, and all accesses to it happened before.
    pub(crate) unsafe fn take_cells(node: NonNull<Self>, end: impl FnMut(NonNull<CellHead>)) -> *mut CellHead {
        // SAFETY: the caller's.
        let anchor = unsafe { &mut (*node.as_ptr()).anchor };
        anchor.cells_go();
        let chain = anchor.take();
        // SAFETY: the caller's.
        let Some(room) = unsafe { Self::room(node) }.map(Room::start) else { return chain };
        // SAFETY: taken just now.
        unsafe { cell_list::take_from(chain, |cell| cell == room, end) }
    }
}

/// Words for a first result: a head, a slot's state, and two for the value.
const ROOM: usize = if cfg!(memo_loom) { 64 } else { 5 };

/// The place for a node's small first result.
pub(crate) struct Room(UnsafeCell<MaybeUninit<[usize; ROOM]>>);

impl Room {
    fn start(&self) -> NonNull<CellHead> {
        NonNull::from(&self.0).cast()
    }

    /// Whether a cell of this type, of results of type `V`, may lie here.
    pub(crate) const fn fits<C, V>() -> bool {
        size_of::<C>() <= size_of::<Self>() && align_of::<C>() <= align_of::<Self>() && !needs_drop::<V>()
    }

    /// Puts a cell here.
    ///
    /// # Safety
    /// [`Room::fits`] holds, the caller made the roomy node, and puts a second cell here only if the first was never published.
    pub(crate) unsafe fn put<C: AnyCell>(&self, cell: C) -> NonNull<CellHead> {
        let at = self.0.get().cast::<C>();
        // SAFETY: the caller's.
        unsafe { at.write(cell) };
        self.start()
    }
}

/// The size of an object, which a dead node still pins, in half a word: exact in bytes below 2 GiB, in whole MiB above.
#[derive(Clone, Copy)]
struct Size(u32);

impl Size {
    const IN_MIB: u32 = 1 << 31;

    fn of(bytes: usize) -> Self {
        match u32::try_from(bytes) {
            Ok(bytes) if bytes < Self::IN_MIB => Self(bytes),
            _ => Self(Self::IN_MIB | u32::try_from(bytes >> 20).unwrap_or(u32::MAX)),
        }
    }

    fn bytes(self) -> u64 {
        let figure = u64::from(self.0 & !Self::IN_MIB);
        if self.0 & Self::IN_MIB == 0 { figure } else { figure << 20 }
    }
}

/// A node's sequence number (approximate; wraps around), whether the node is a roomy one, and its index in its slab.
#[derive(Clone, Copy)]
struct Number(u32);

/// Bits of the index in a slab.
pub(super) const INDEX_BITS: u32 = 6;

const ROOMY: u32 = 1 << INDEX_BITS;
/// Bits below the sequence number.
const LOW_BITS: u32 = INDEX_BITS + 1;

impl Number {
    fn of(number: u32, index: u32, roomy: bool) -> Self {
        Self(number << LOW_BITS | if roomy { ROOMY } else { 0 } | index)
    }

    /// The same place, with a new sequence number.
    fn renewed(self, number: u32) -> Self {
        Self::of(number, self.index(), self.is_roomy())
    }

    fn number(self) -> u32 {
        self.0 >> LOW_BITS
    }

    fn is_roomy(self) -> bool {
        self.0 & ROOMY != 0
    }

    fn index(self) -> u32 {
        self.0 & ((1 << INDEX_BITS) - 1)
    }
}

/// How old a sequence number is: 0 for the newest. `next` is the number of the next node.
pub(crate) fn age(number: u32, next: u32) -> u32 {
    next.wrapping_sub(number).wrapping_sub(1) & (u32::MAX >> LOW_BITS)
}

/// Whether a node with this number was added after `began` was the next number, up to `now`. A very old node, whose number was reused
/// since `began`, may be mistaken for one.
pub(crate) fn came_since(number: u32, began: u32, now: u32) -> bool {
    age(number, now) < now.wrapping_sub(began)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_exact_below_two_gib_and_in_mib_above() {
        for bytes in [0, 1, 4096, (2 << 30) - 1, 2 << 30, 5 << 30] {
            assert_eq!(Size::of(bytes).bytes(), bytes as u64);
        }
        assert_eq!(Size::of((3 << 30) + 5).bytes(), 3 << 30);
    }

    #[test]
    fn the_order_of_coming_outlives_the_end_of_the_numbers() {
        const LAST: u32 = u32::MAX >> LOW_BITS;
        let next = 3;
        let mut numbers = [2, LAST, 0, LAST - 1, 1];
        numbers.sort_by_key(|&number| std::cmp::Reverse(age(number, next)));
        assert_eq!(numbers, [LAST - 1, LAST, 0, 1, 2]);
    }

    #[test]
    fn what_is_old_stays_so_however_many_come_after_it() {
        const LAST: u32 = u32::MAX >> LOW_BITS;
        for now in [1_000, LAST / 2, LAST - 5, u32::MAX - 5] {
            let began = now - 100;
            for old in [1, 2, LAST / 2, LAST / 2 + 7, LAST - 101] {
                assert!(!came_since(began.wrapping_sub(old) & LAST, began, now), "{old} before {began}");
            }
            assert!(came_since(began & LAST, began, now) && came_since((now - 1) & LAST, began, now));
        }
    }
}
