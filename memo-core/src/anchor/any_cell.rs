//! A cell: one memo's place on one anchor, whatever its type.
//!
//! Every kind of cell begins with a [`CellHead`], so that an anchor can hold them all in one list. Their memo knows their
//! type, through its [`CellVtable`].
//!
//! # Invariants
//!
//! 1. All cells of one memo are of its vtable's type. Hence a cell found by its memo may be cast.
//! 2. An anchor owns one count of each of its cells. Enumerators (`clear`, another argument's death) own counts of
//!    their own ([`CellRef`]) and never reach a cell through an anchor: anchors move and die (rule 5).
//! 3. A cell that `clear` must find is listed before it is published and until its object dies: in its memo, or among its thread's
//!    [own](super::own_cells), unless it is found by walking the thread's table.
//! 4. The head of a lent cell is *vacant* (the low bit of its memo pointer) until its slot is filled, so that a hit makes one
//!    check instead of two. It is set filled (`Release`) after the slot, and hits load it with `Acquire`. It is set vacant again before
//!    the result is taken out, which needs `&mut` to the anchor. Heads of other cells are never vacant.
//! 5. Cells of `Local` memos, and references to them, stay on their thread.
//! 6. A head may belong to a list's directory ([`list`](super::cell_list)) instead of a cell: it has no memo, and occurs only at the
//!    front of a list. Taken chains and search results consist of cells.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::own_cells;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::listed::{CellPtr, Listing, Seat};
use crate::memo::cells::vtable::{CellVtable, EntryId};
use crate::memo::core::Core;
use crate::memo::listeners::Why;
use crate::sys::arc::{Arc, Content};
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::Panics;
use crate::sys::sync::Ordering;

const VACANT: usize = 1;
/// The whole word of a directory's head. No memo has this address.
const DIRECTORY: usize = 2;

#[inline(always)]
fn word_of(memo: &'static Core) -> *mut () {
    std::ptr::from_ref(memo).cast_mut().cast()
}

impl CellHead {
    pub(crate) fn new(memo: &'static Core) -> Self {
        Self::with_word(word_of(memo))
    }

    /// The head of a cell that has no result yet.
    pub(crate) fn vacant(memo: &'static Core) -> Self {
        Self::with_word(word_of(memo).map_addr(|address| address | VACANT))
    }

    /// The head of a directory.
    pub(crate) fn directory() -> Self {
        Self::with_word(std::ptr::without_provenance_mut(DIRECTORY))
    }

    /// Whether this is a directory's head and not a cell's.
    #[inline(always)]
    pub(crate) fn is_directory(&self) -> bool {
        self.memo.load(Ordering::Relaxed).addr() == DIRECTORY
    }

    /// Records that the result is stored.
    pub(crate) fn set_filled(&self) {
        self.memo.store(word_of(self.memo()), Ordering::Release);
    }

    /// Records that the result is gone, for the caller that alone has the anchor.
    pub(crate) fn set_vacant(&self) {
        self.memo.store(word_of(self.memo()).map_addr(|address| address | VACANT), Ordering::Relaxed);
    }

    /// Whether this is `memo`'s, and not vacant. After `true`, all writes before [`CellHead::set_filled`] are visible.
    #[inline(always)]
    pub(crate) fn is_filled_of(&self, memo: &'static Core) -> bool {
        std::ptr::eq(self.memo.load(Ordering::Acquire), word_of(memo))
    }

    /// Whether this is `memo`'s, vacant or not.
    #[inline(always)]
    pub(crate) fn is_of(&self, memo: &'static Core) -> bool {
        std::ptr::eq(self.memo.load(Ordering::Relaxed).map_addr(|address| address & !VACANT), word_of(memo))
    }

    /// The memo of a cell.
    #[inline]
    pub(crate) fn memo(&self) -> &'static Core {
        debug_assert!(!self.is_directory(), "a directory has no memo");
        let memo = self.memo.load(Ordering::Relaxed).map_addr(|address| address & !VACANT);
        // SAFETY: a cell's, made from a `&'static Core`, whose alignment leaves the low bit free.
        unsafe { &*memo.cast_const().cast::<Core>() }
    }
}

/// A type of cell.
///
/// # Safety
/// `Self` is `repr(C)` and begins with a [`CellHead`].
pub(crate) unsafe trait AnyCell: Sized {
    /// The anchor's share: a plain box, or one count.
    type Handle;
    fn into_raw(handle: Self::Handle) -> NonNull<CellHead>;
    /// # Safety
    /// `cell` came from [`AnyCell::into_raw`] and is taken back once.
    unsafe fn from_raw(cell: NonNull<CellHead>) -> Self::Handle;

    /// Removes and drops every entry. May run user code (drops); its first panic is resumed at the end.
    ///
    /// # Safety
    /// `cell` is of this type and alive. Its object is dead, or borrowed by the caller alone. So a cell that is not
    /// [`CellVtable::shared`] cannot be reached by any other code, and no call is copying an entry of one that is.
    unsafe fn end(cell: NonNull<CellHead>, why: Why) -> usize;

    /// How many results there are.
    fn ready(&self) -> usize;

    /// How many of them have no dead argument other than the owner.
    fn living(&self) -> usize {
        self.ready()
    }

    /// The keys of those, formatted with no lock held. If the memo has no extra keys, each is an empty one.
    fn entries(&self) -> Vec<String> {
        vec!["()".to_owned(); self.living()]
    }
}

/// # Safety
/// `cell` is of this type and alive.
pub(crate) unsafe fn ready<C: AnyCell>(cell: NonNull<CellHead>) -> usize {
    // SAFETY: the caller's.
    unsafe { cast::<C>(cell) }.ready()
}

/// # Safety
/// `cell` is of this type and alive.
pub(crate) unsafe fn living<C: AnyCell>(cell: NonNull<CellHead>) -> usize {
    // SAFETY: the caller's.
    unsafe { cast::<C>(cell) }.living()
}

/// # Safety
/// `cell` is of this type and alive.
pub(crate) unsafe fn entries<C: AnyCell>(cell: NonNull<CellHead>) -> Vec<String> {
    // SAFETY: the caller's.
    unsafe { cast::<C>(cell) }.entries()
}

/// # Safety
/// As [`AnyCell::end`], of any type.
pub(crate) unsafe fn end(cell: NonNull<CellHead>, why: Why) -> usize {
    // SAFETY: the caller's.
    let vtable = unsafe { cell.as_ref() }.memo().vtable();
    // SAFETY: the vtable is that of the cell's memo.
    unsafe { (vtable.end)(cell, why) }
}

/// Whether ending and releasing a cell runs no user code.
///
/// # Safety
/// The cell is alive.
pub(crate) unsafe fn is_quiet(cell: NonNull<CellHead>) -> bool {
    // SAFETY: the caller's.
    let memo = unsafe { cell.as_ref() }.memo();
    let vtable = memo.vtable();
    // SAFETY: the vtable is that of the cell's memo.
    !memo.is_listened() && (vtable.inert || unsafe { (vtable.is_quiet)(cell) })
}

/// Lists a cell that is not published yet: one of a thread's own among that thread's.
pub(crate) fn enlist(cell: NonNull<CellHead>, memo: &'static Core) {
    if memo.is_local() {
        listing_of(cell, memo).set(0, own_cells::add(cell, memo));
        return;
    }
    let seat = Seat::mine();
    let mut seated = memo.cells[seat].lock();
    listing_of(cell, memo).set(seat, seated.len());
    seated.push(CellPtr(cell));
}

/// Removes a cell from its memo's list, if it is listed.
#[inline]
pub(crate) fn delist(cell: NonNull<CellHead>, memo: &'static Core) {
    let Some(shared) = &memo.vtable().shared else { return };
    // SAFETY: the vtable is that of the cell's memo.
    let listing = unsafe { (shared.listing)(cell) };
    // SAFETY: the cell is alive, and a listing is only atomics.
    let listing = unsafe { listing.as_ref() };
    // The seat never changes; the position may, until the lock is held.
    let Some((seat, position)) = listing.get() else { return };
    if memo.is_local() {
        if let Some(moved) = own_cells::remove(cell, position, memo) {
            listing_of(moved.0, memo).set(0, position);
        }
        listing.clear();
        return;
    }
    let mut seated = memo.cells[seat].lock();
    let Some((_, position)) = listing.get() else { return };
    if let Some(moved) = seated.swap_remove(position) {
        listing_of(moved.0, memo).set(seat, position);
    }
    listing.clear();
}

fn listing_of<'a>(cell: NonNull<CellHead>, memo: &'static Core) -> &'a Listing {
    let shared = memo.vtable().shared.as_ref().expect("only shared cells are listed");
    // SAFETY: the vtable is that of the cell's memo.
    let listing = unsafe { (shared.listing)(cell) };
    // SAFETY: the cell is listed, or not published yet: it is alive either way, and a listing is only atomics.
    unsafe { listing.as_ref() }
}

/// A counted reference to a cell of any type, for enumerators and back links.
pub(crate) struct CellRef(NonNull<CellHead>);

// SAFETY: the cell is `Send + Sync` for shared memos; for local ones the reference stays on its thread
// (invariant 5).
unsafe impl Send for CellRef {}
// SAFETY: as above.
unsafe impl Sync for CellRef {}

impl CellRef {
    /// # Safety
    /// `cell` is alive and its memo's cells are shared.
    pub(crate) unsafe fn retain(cell: NonNull<CellHead>) -> Self {
        // SAFETY: the caller says it is alive.
        let memo = unsafe { cell.as_ref() }.memo();
        let shared = memo.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: the vtable is that of the cell's memo.
        unsafe { (shared.retain)(cell) };
        Self(cell)
    }

    /// The memo of the cell.
    pub(crate) fn memo(&self) -> &'static Core {
        // SAFETY: this reference holds a count.
        unsafe { self.0.as_ref() }.memo()
    }

    fn vtable(&self) -> &'static CellVtable {
        self.memo().vtable()
    }

    /// Removes every entry. Those that a call may be copying are retired in `batch`; the others are dropped.
    pub(crate) fn empty(&self, why: impl Into<Why>, batch: &mut Batch, panics: &mut Panics) -> usize {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        unsafe { (shared.empty)(self.0, why.into(), batch, panics) }
    }

    /// Removes every entry whose value is gone by itself.
    pub(crate) fn remove_gone(&self, panics: &mut Panics) {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        unsafe { (shared.remove_gone)(self.0, panics) }
    }

    /// How many of its results a call would find, if the owner is alive.
    pub(crate) fn living(&self) -> usize {
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        unsafe { (self.vtable().living)(self.0) }
    }

    /// Removes the entries that have expired, of all or of some. Those that a call may be copying are retired in `batch`; the others are
    /// dropped.
    pub(crate) fn expire(&self, all: bool, batch: &mut Batch, panics: &mut Panics) -> usize {
        let expire = self.vtable().shared.as_ref().and_then(|shared| shared.expire);
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        expire.map_or(0, |expire| unsafe { expire(self.0, all, batch, panics) })
    }

    /// Whether dropping an entry of this cell runs no user code.
    pub(crate) fn is_quiet(&self) -> bool {
        !self.memo().is_listened() && self.vtable().shared.as_ref().is_some_and(|shared| shared.quiet)
    }

    /// The cell's address.
    pub(crate) fn address(&self) -> usize {
        self.0.addr().get()
    }

    /// Whether an entry exists and has its result.
    pub(crate) fn is_ready(&self, entry: EntryId) -> bool {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        unsafe { (shared.is_ready)(self.0, entry) }
    }

    /// Removes one entry, if it is still there.
    pub(crate) fn remove(&self, entry: EntryId, why: impl Into<Why>) -> bool {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: as above.
        unsafe { (shared.remove)(self.0, entry, why.into()) }
    }
}

/// One more count.
impl Clone for CellRef {
    fn clone(&self) -> Self {
        // SAFETY: this reference holds a count, of a cell that can be counted.
        unsafe { Self::retain(self.0) }
    }
}

impl Drop for CellRef {
    fn drop(&mut self) {
        // SAFETY: releases the count taken in `retain`.
        unsafe { (self.vtable().release)(self.0) };
    }
}

/// Counted references to every listed cell of `memo`: of one whose cells are threads' own, to this thread's.
pub(crate) fn listed(memo: &'static Core) -> Vec<CellRef> {
    if memo.is_local() {
        // SAFETY: as below; the cells are this thread's.
        return own_cells::of(memo).into_iter().map(|cell| unsafe { CellRef::retain(cell.0) }).collect();
    }
    let mut cells = Vec::new();
    for seat in &memo.cells {
        let seated = seat.lock();
        // SAFETY: a listed cell has its anchor's count, which is released only after the cell was delisted.
        cells.extend(seated.iter().map(|cell| unsafe { CellRef::retain(cell.0) }));
    }
    cells
}

/// The cell of `memo` that begins with this head, as its own type.
///
/// # Safety
/// `C` is the type of `memo`'s cells, and the cell is alive for `'a`.
#[inline(always)]
pub(crate) unsafe fn cast<'a, C: AnyCell>(cell: NonNull<CellHead>) -> &'a C {
    // SAFETY: a cell begins with its head, and the caller knows the type.
    unsafe { cell.cast::<C>().as_ref() }
}

/// Releases a share without ending anything.
///
/// # Safety
/// As [`AnyCell::from_raw`].
pub(crate) unsafe fn release<C: AnyCell>(cell: NonNull<CellHead>) {
    // SAFETY: the caller's.
    drop(unsafe { C::from_raw(cell) });
}

/// One more count of a counted cell.
///
/// # Safety
/// `cell` came from `Arc::<C>::into_raw` and is alive.
pub(crate) unsafe fn retain_counted<C: Content>(cell: NonNull<CellHead>) {
    // SAFETY: the caller's.
    let held = ManuallyDrop::new(unsafe { Arc::from_raw(cell.cast::<C>().as_ptr()) });
    std::mem::forget(Arc::clone(&held));
}
