//! A cell: one memo's place on one anchor, whatever its type.
//!
//! Every kind of cell begins with a [`CellHead`], so that an anchor can hold them all in one list. What they are is
//! known to their memo, through its [`CellVtable`].
//!
//! # Invariants
//!
//! 1. All cells of one memo are of one type, the one its vtable is for. Hence a cell found by its memo may be cast.
//! 2. An anchor holds one count of each of its cells. Enumerators (`clear`, another argument's death) hold counts of
//!    their own ([`CellRef`]) and never reach a cell through an anchor: anchors move and die (rule 5).
//! 3. A cell that `clear` must find is listed in its memo before it is published and until its object dies.
//! 4. The head of a lent cell is *vacant* (the low bit of its memo pointer) until its slot is filled: a hit then asks one
//!    question instead of two. It is set filled (`Release`) after the slot is, and hits load it with `Acquire`. Heads of other
//!    cells are never vacant.
//! 5. Cells of `Local` memos, and references to them, stay on their thread.
//! 6. A head may be that of a list's directory ([`crate::list`]) instead of a cell's: it has no memo, and is met at the front
//!    of a list only. Chains that were taken, and all that is found, are cells.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::memo::core::{Core, SEATS};
use crate::memo::counters::Count;
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicU32, Ordering};
use crate::sys::sync::{AtomicPtr, UnsafeCell};

const VACANT: usize = 1;
/// The whole word of a directory's head. No memo is there.
const DIRECTORY: usize = 2;

/// The beginning of every cell.
#[repr(C)]
pub(crate) struct CellHead {
    /// The memo, and in the low bit whether the cell is vacant.
    memo: AtomicPtr<Core>,
    /// The next cell of the same anchor. Written before the cell is published, and by whoever owns a taken chain.
    next: UnsafeCell<*mut CellHead>,
}

impl CellHead {
    pub(crate) fn new(memo: &'static Core) -> Self {
        let memo = std::ptr::from_ref(memo).cast_mut();
        Self { memo: AtomicPtr::new(memo), next: UnsafeCell::new(std::ptr::null_mut()) }
    }

    /// The head of a cell whose result is still to come.
    pub(crate) fn vacant(memo: &'static Core) -> Self {
        let memo = std::ptr::from_ref(memo).cast_mut().map_addr(|address| address | VACANT);
        Self { memo: AtomicPtr::new(memo), next: UnsafeCell::new(std::ptr::null_mut()) }
    }

    /// The head of a directory.
    pub(crate) fn directory() -> Self {
        let memo = std::ptr::without_provenance_mut(DIRECTORY);
        Self { memo: AtomicPtr::new(memo), next: UnsafeCell::new(std::ptr::null_mut()) }
    }

    /// Whether this is a directory's head and not a cell's.
    #[inline(always)]
    pub(crate) fn is_directory(&self) -> bool {
        self.memo.load(Ordering::Relaxed).addr() == DIRECTORY
    }

    /// Notes that the result is there.
    pub(crate) fn set_filled(&self) {
        self.memo.store(std::ptr::from_ref(self.memo()).cast_mut(), Ordering::Release);
    }

    /// Whether this is `memo`'s, and not vacant. After `true`, what was done before [`CellHead::set_filled`] is visible.
    #[inline(always)]
    pub(crate) fn is_filled_of(&self, memo: &'static Core) -> bool {
        std::ptr::eq(self.memo.load(Ordering::Acquire), memo)
    }

    /// Whether this is `memo`'s, vacant or not.
    #[inline(always)]
    pub(crate) fn is_of(&self, memo: &'static Core) -> bool {
        std::ptr::eq(self.memo.load(Ordering::Relaxed).map_addr(|address| address & !VACANT), memo)
    }

    /// The memo of a cell.
    #[inline]
    pub(crate) fn memo(&self) -> &'static Core {
        debug_assert!(!self.is_directory(), "a directory has no memo");
        let memo = self.memo.load(Ordering::Relaxed).map_addr(|address| address & !VACANT);
        // SAFETY: a cell's, made from a `&'static Core`, which is aligned, so that the low bit is ours.
        unsafe { &*memo }
    }

    #[inline]
    pub(crate) fn next(&self) -> *mut CellHead {
        // SAFETY: written before the cell was published, or by the one who owns the chain.
        self.next.with(|next| unsafe { *next })
    }

    /// # Safety
    /// The cell is not published yet, or it is in a chain that is the caller's.
    pub(crate) unsafe fn set_next(&self, next: *mut CellHead) {
        // SAFETY: the caller's: nobody else reads it now.
        self.next.with_mut(|at| unsafe { *at = next });
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
    /// `cell` came from [`AnyCell::into_raw`] and is given back once.
    unsafe fn from_raw(cell: NonNull<CellHead>) -> Self::Handle;

    /// Takes every entry out and drops it. May run user code (drops); the first panic of that comes out at the end.
    ///
    /// # Safety
    /// `cell` is of this type and alive. Its object is dead, or borrowed by the caller alone; so for a cell that is not
    /// [`CellVtable::shared`] nobody else can reach it, and no call is copying an entry of one that is.
    unsafe fn end(cell: NonNull<CellHead>, why: Count) -> usize;

    /// How many results there are.
    fn ready(&self) -> usize;

    /// How many of them have only living arguments besides the owner.
    fn living(&self) -> usize {
        self.ready()
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

/// How to handle a memo's cells without knowing their type.
pub(crate) struct CellVtable {
    pub(crate) release: unsafe fn(NonNull<CellHead>),
    pub(crate) end: unsafe fn(NonNull<CellHead>, Count) -> usize,
    pub(crate) ready: unsafe fn(NonNull<CellHead>) -> usize,
    pub(crate) living: unsafe fn(NonNull<CellHead>) -> usize,
    /// Whether ending and releasing a cell runs nothing of the user's, ends no other cell, and panics in no way.
    pub(crate) inert: bool,
    /// Whether ending and releasing this cell runs nothing of the user's and does not panic, where that is not known of all.
    pub(crate) is_quiet: unsafe fn(NonNull<CellHead>) -> bool,
    /// For cells that can be enumerated.
    pub(crate) shared: Option<SharedVtable>,
}

/// Whether ending and releasing a cell runs nothing of the user's.
///
/// # Safety
/// The cell is alive.
pub(crate) unsafe fn is_quiet(cell: NonNull<CellHead>) -> bool {
    // SAFETY: the caller's.
    let vtable = unsafe { cell.as_ref() }.memo().vtable();
    // SAFETY: the vtable is that of the cell's memo.
    vtable.inert || unsafe { (vtable.is_quiet)(cell) }
}

pub(crate) struct SharedVtable {
    /// Whether dropping an entry runs nothing of the user's.
    pub(crate) quiet: bool,
    /// Whether this entry is there and has its result.
    pub(crate) is_ready: unsafe fn(NonNull<CellHead>, EntryId) -> bool,
    pub(crate) retain: unsafe fn(NonNull<CellHead>),
    /// Removes the entry at this address with this hash, if it is (still) there.
    pub(crate) remove: unsafe fn(NonNull<CellHead>, EntryId, Count) -> bool,
    /// Takes every entry out while the object may live, and drops it or hands it to the batch.
    pub(crate) empty: unsafe fn(NonNull<CellHead>, Count, &mut Batch, &mut Panics) -> usize,
    /// Where the cell stands in its memo's list.
    pub(crate) listing: unsafe fn(NonNull<CellHead>) -> NonNull<Listing>,
}

/// An entry, as links from elsewhere name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EntryId {
    pub(crate) address: usize,
    pub(crate) hash: u64,
}

/// A cell's place in its memo's list; guarded by the lock of the seat.
///
/// One word for both halves, since a cell is small: `position * SEATS + seat`.
pub(crate) struct Listing(AtomicU32);

const UNLISTED: u32 = u32::MAX;

impl Listing {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(UNLISTED))
    }

    fn set(&self, seat: usize, position: usize) {
        let word = u32::try_from(position * SEATS + seat).ok().filter(|word| *word != UNLISTED);
        let word = word.expect("fewer than 2^29 cells on a seat");
        self.0.store(word, Ordering::Relaxed);
    }

    fn get(&self) -> Option<(usize, usize)> {
        let word = self.0.load(Ordering::Relaxed);
        (word != UNLISTED).then_some((word as usize % SEATS, word as usize / SEATS))
    }
}

/// A cell's address in a memo's list. The anchor's count keeps it good while it is listed.
#[derive(Clone, Copy)]
pub(crate) struct CellPtr(NonNull<CellHead>);

// SAFETY: only cells of shared memos are listed; those are `Send + Sync`, and are touched under the seat's lock or
// through a count taken under it.
unsafe impl Send for CellPtr {}

/// The cells that are listed on one seat, in blocks: none is moved as a whole however many there are.
pub(crate) struct Seated(Vec<Vec<CellPtr>>);

const BLOCK: usize = 256;

impl Seated {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * BLOCK + last.len())
    }

    fn push(&mut self, cell: CellPtr) {
        match self.0.last_mut().filter(|last| last.len() < BLOCK) {
            // The first grows as it needs, the others are seldom few.
            Some(last) => last.push(cell),
            None => {
                let mut block = Vec::with_capacity(if self.0.is_empty() { 4 } else { BLOCK });
                block.push(cell);
                self.0.push(block);
            }
        }
    }

    /// Takes the cell at a position out. The last takes its place: that one comes back, unless it is itself.
    fn swap_remove(&mut self, position: usize) -> Option<CellPtr> {
        let last = self.0.last_mut()?.pop()?;
        if self.0.len() > 1 && self.0.last().is_some_and(Vec::is_empty) {
            self.0.pop();
            if self.0.len() < self.0.capacity() / 4 {
                let half = self.0.capacity() / 2;
                self.0.shrink_to(half);
            }
        }
        let at = self.0.get_mut(position / BLOCK)?.get_mut(position % BLOCK)?;
        *at = last;
        Some(last)
    }

    fn iter(&self) -> impl Iterator<Item = &CellPtr> {
        self.0.iter().flatten()
    }
}

/// Lists a cell that is not published yet.
pub(crate) fn enlist(cell: NonNull<CellHead>, memo: &'static Core) {
    let seat = Core::seat();
    let mut seated = memo.cells[seat].lock();
    listing_of(cell, memo).set(seat, seated.len());
    seated.push(CellPtr(cell));
}

/// Takes a cell off its memo's list, if it is on it.
#[inline]
pub(crate) fn delist(cell: NonNull<CellHead>, memo: &'static Core) {
    let Some(shared) = &memo.vtable().shared else { return };
    // SAFETY: the vtable is that of the cell's memo.
    let listing = unsafe { (shared.listing)(cell) };
    // SAFETY: the cell is alive, and a listing is only atomics.
    let listing = unsafe { listing.as_ref() };
    // The seat never changes; the position may until the lock is held.
    let Some((seat, _)) = listing.get() else { return };
    let mut seated = memo.cells[seat].lock();
    let Some((_, position)) = listing.get() else { return };
    if let Some(moved) = seated.swap_remove(position) {
        listing_of(moved.0, memo).set(seat, position);
    }
    listing.0.store(UNLISTED, Ordering::Relaxed);
}

fn listing_of<'a>(cell: NonNull<CellHead>, memo: &'static Core) -> &'a Listing {
    let shared = memo.vtable().shared.as_ref().expect("only shared cells are listed");
    // SAFETY: the vtable is that of the cell's memo.
    let listing = unsafe { (shared.listing)(cell) };
    // SAFETY: the cell is listed, or is its maker's: it is alive either way, and a listing is only atomics.
    unsafe { listing.as_ref() }
}

/// A counted reference to a cell of any type: what enumerators and back links hold.
pub(crate) struct CellRef(NonNull<CellHead>);

// SAFETY: what is behind is `Send + Sync` for shared memos; for local ones the reference stays on its thread
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

    /// Takes every entry out. Those that a call may be copying go to `batch`; the others are dropped.
    pub(crate) fn empty(&self, why: Count, batch: &mut Batch, panics: &mut Panics) -> usize {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        unsafe { (shared.empty)(self.0, why, batch, panics) }
    }

    /// Whether dropping an entry of it runs nothing of the user's.
    pub(crate) fn is_quiet(&self) -> bool {
        self.vtable().shared.as_ref().is_some_and(|shared| shared.quiet)
    }

    /// Where the cell lies.
    pub(crate) fn address(&self) -> usize {
        self.0.addr().get()
    }

    /// Whether an entry is there and has its result.
    pub(crate) fn is_ready(&self, entry: EntryId) -> bool {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: the vtable is that of the cell's memo, and the cell is counted.
        unsafe { (shared.is_ready)(self.0, entry) }
    }

    /// Removes one entry, if it is still there.
    pub(crate) fn remove(&self, entry: EntryId, why: Count) -> bool {
        let shared = self.vtable().shared.as_ref().expect("counted cells only");
        // SAFETY: as above.
        unsafe { (shared.remove)(self.0, entry, why) }
    }
}

impl Drop for CellRef {
    fn drop(&mut self) {
        // SAFETY: gives back the count taken in `retain`.
        unsafe { (self.vtable().release)(self.0) };
    }
}

/// Counted references to every listed cell of `memo`.
pub(crate) fn listed(memo: &'static Core) -> Vec<CellRef> {
    let mut cells = Vec::new();
    for seat in &memo.cells {
        let seated = seat.lock();
        // SAFETY: a listed cell has its anchor's count, which is given back only after it was taken off the list.
        cells.extend(seated.iter().map(|cell| unsafe { CellRef::retain(cell.0) }));
    }
    cells
}

/// The cell of `memo` behind a head, as its own type.
///
/// # Safety
/// `C` is the type of `memo`'s cells, and the cell is alive for `'a`.
#[inline(always)]
pub(crate) unsafe fn cast<'a, C: AnyCell>(cell: NonNull<CellHead>) -> &'a C {
    // SAFETY: a cell begins with its head, and the caller knows the type.
    unsafe { cell.cast::<C>().as_ref() }
}

/// Gives a share back without ending anything.
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
/// `cell` came from `crate::sys::arc::Arc::<C>::into_raw` and is alive.
pub(crate) unsafe fn retain_counted<C>(cell: NonNull<CellHead>) {
    // SAFETY: the caller's.
    let held = ManuallyDrop::new(unsafe { crate::sys::arc::Arc::from_raw(cell.cast::<C>().as_ptr()) });
    std::mem::forget(crate::sys::arc::Arc::clone(&held));
}
