//! A chunk of pages. The directory leads to chunks, which are split and merged, each in one step.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;

use super::page::{PAGES, Page, SLOTS};
use super::pages::Pages;
use super::place::{Hashed, Place};
use crate::sys::hazard::memory::RetiredMemory;
use crate::sys::sync::{AtomicPtr, Ordering};

/// Slots of a chunk.
pub(super) const ROOM: usize = PAGES * SLOTS;

/// A chunk of pages. A [`Tail`] follows them, in the space that an allocator rounds them up to anyway.
pub(super) struct Chunk<N>(NonNull<Page<N>>);

impl<N> Clone for Chunk<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Chunk<N> {}

impl<N> PartialEq for Chunk<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Everything except the link is used only by the writer.
struct Tail<N> {
    /// Further pages, if these do not suffice and more chunks would not help, because the hashes are too similar.
    next: AtomicPtr<Page<N>>,
    /// Nodes in this chunk and in those linked from it.
    live: Cell<usize>,
    /// How many bits of the hash all nodes here share.
    depth: Cell<u32>,
}

impl<N> Chunk<N> {
    fn layout() -> (Layout, usize) {
        Pages::<N>::layout(PAGES).extend(Layout::new::<Tail<N>>()).expect("a chunk is small")
    }

    pub(super) fn new(depth: u32) -> Self {
        let (layout, tail) = Self::layout();
        // SAFETY: the layout has a size.
        let first = unsafe { std::alloc::alloc_zeroed(layout) };
        let Some(first) = NonNull::new(first.cast::<Page<N>>()) else { std::alloc::handle_alloc_error(layout) };
        // SAFETY: just allocated for this.
        unsafe { Pages::make(first, PAGES) };
        let new = Tail { next: AtomicPtr::new(std::ptr::null_mut()), live: Cell::new(0), depth: Cell::new(depth) };
        // SAFETY: inside what was just allocated.
        let tail = unsafe { first.byte_add(tail) };
        // SAFETY: as above, and aligned.
        unsafe { tail.cast::<Tail<N>>().write(new) };
        Self(first)
    }

    pub(super) fn into_raw(self) -> *mut Page<N> {
        self.0.as_ptr()
    }

    /// # Safety
    /// It came from [`Chunk::into_raw`].
    #[inline(always)]
    pub(super) unsafe fn from_raw(raw: *mut Page<N>) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { NonNull::new_unchecked(raw) })
    }

    #[inline(always)]
    pub(super) fn pages(self) -> Pages<N> {
        Pages::new(self.0, PAGES)
    }

    fn tail(self) -> NonNull<Tail<N>> {
        let (_, tail) = Self::layout();
        // SAFETY: inside the allocation.
        unsafe { self.0.byte_add(tail) }.cast()
    }

    /// The chunk with further pages.
    ///
    /// # Safety
    /// This one is not freed.
    #[cold]
    pub(super) unsafe fn next(self) -> Option<Self> {
        // SAFETY: initialised in `new`; only the link is referred to.
        let next = unsafe { &(*self.tail().as_ptr()).next };
        NonNull::new(next.load(Ordering::Acquire)).map(Self)
    }

    /// The node at this place that `is` accepts.
    ///
    /// # Safety
    /// The chunk is not freed meanwhile.
    pub(super) unsafe fn find(mut self, place: Place, is: &mut impl FnMut(NonNull<N>) -> bool) -> Option<NonNull<N>> {
        loop {
            // SAFETY: the caller's.
            match unsafe { self.pages().find(place, is) } {
                Ok(found) => return found,
                // SAFETY: the caller's.
                Err(_) => self = unsafe { self.next() }?,
            }
        }
    }

    /// Retires the chunk, which must already be unpublished.
    pub(super) fn retire(self, retired: &mut RetiredMemory) {
        // SAFETY: the writer's, and retired only below.
        if let Some(next) = unsafe { self.next() } {
            next.retire(retired);
        }
        let end = |first: NonNull<u8>, _: Layout| {
            // SAFETY: initialised in `new`; no reader is left.
            unsafe { Chunk::<N>(first.cast()).pages().end() };
        };
        retired.add(self.0.cast(), Self::layout().0, end);
    }
}

/// For the writer: only it retires chunks, and it uses no retired one.
impl<N: Hashed> Chunk<N> {
    fn live_cell<'a>(self) -> &'a Cell<usize> {
        // SAFETY: initialised in `new`; the writer keeps no reference for longer than a step.
        unsafe { &(*self.tail().as_ptr()).live }
    }

    fn depth_cell<'a>(self) -> &'a Cell<u32> {
        // SAFETY: as above.
        unsafe { &(*self.tail().as_ptr()).depth }
    }

    pub(super) fn live(self) -> usize {
        self.live_cell().get()
    }

    pub(super) fn depth(self) -> u32 {
        self.depth_cell().get()
    }

    pub(super) fn set_depth(self, depth: u32) {
        self.depth_cell().set(depth);
    }

    /// The chunks from this one on.
    fn linked(self) -> impl Iterator<Item = Self> {
        // SAFETY: the writer's.
        std::iter::successors(Some(self), |chunk| unsafe { chunk.next() })
    }

    /// Inserts a node into the first free slot in its pages.
    #[inline]
    pub(super) fn put(self, place: Place, node: NonNull<N>) {
        self.live_cell().set(self.live() + 1);
        if !self.pages().put(place, node) {
            self.put_further(place, node);
        }
    }

    #[cold]
    fn put_further(self, place: Place, node: NonNull<N>) {
        let mut last = self;
        for chunk in self.linked().skip(1) {
            if chunk.pages().put(place, node) {
                return;
            }
            last = chunk;
        }
        let further = Self::new(0);
        further.pages().put(place, node);
        // SAFETY: as in `next`.
        unsafe { &(*last.tail().as_ptr()).next }.store(further.into_raw(), Ordering::Release);
    }

    /// Removes a node that is here.
    #[inline]
    pub(super) fn take(self, place: Place, node: NonNull<N>) {
        self.live_cell().set(self.live() - 1);
        let taken =
            self.pages().take(place, node) || self.linked().skip(1).any(|chunk| chunk.pages().take(place, node));
        assert!(taken, "a node is taken out of its own chunk");
    }

    /// Visits the nodes, and where each belongs.
    pub(super) fn each(self, mut visit: impl FnMut(Place, NonNull<N>)) {
        self.linked().for_each(|chunk| chunk.pages().each(&mut |place, node, _| visit(place, node)));
    }

    /// Removes the nodes that `goes` accepts. In the room that they leave, others are put into their own pages.
    pub(super) fn thin_out(self, goes: impl Fn(Place) -> bool) {
        for chunk in self.linked() {
            // The pages are tried in this order, so most have room when the nodes that found none are visited.
            chunk.pages().each(&mut |place, node, page| {
                if goes(place) {
                    self.take(place, node);
                } else if page != place.home(PAGES) {
                    chunk.pages().settle(place, node, page);
                }
            });
        }
    }
}
