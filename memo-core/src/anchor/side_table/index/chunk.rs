//! A chunk of pages. The directory leads to chunks, which are split and merged, each in one step.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;

use super::address::{Addressed, Place};
use super::page::{PAGES, Page, SLOTS};
use crate::anchor::side_table::retired::Retired;
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
        let pages = Layout::array::<Page<N>>(PAGES).expect("a chunk is small");
        pages.extend(Layout::new::<Tail<N>>()).expect("a chunk is small")
    }

    pub(super) fn new(depth: u32) -> Self {
        let (layout, tail) = Self::layout();
        // SAFETY: the layout has a size.
        let first = unsafe { std::alloc::alloc_zeroed(layout) };
        let Some(first) = NonNull::new(first.cast::<Page<N>>()) else { std::alloc::handle_alloc_error(layout) };
        #[cfg(memo_loom)]
        for at in 0..PAGES {
            // SAFETY: inside what was just allocated.
            unsafe { first.add(at).write(Page::new()) };
        }
        // Else all zeroes are a free page: no tag, no node.
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

    /// The page that is tried for a node after `others` other pages.
    ///
    /// # Safety
    /// The chunk is not freed for `'a`.
    #[inline(always)]
    pub(super) unsafe fn page<'a>(self, place: Place, others: usize) -> &'a Page<N> {
        let at = place.home().wrapping_add(others) % PAGES;
        // SAFETY: below the number of pages.
        let page = unsafe { self.0.add(at) };
        // SAFETY: the caller's.
        unsafe { page.as_ref() }
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

    /// Retires the chunk, which must already be unpublished.
    pub(super) fn retire(self, retired: &mut Retired) {
        // SAFETY: the writer's, and retired only below.
        if let Some(next) = unsafe { self.next() } {
            next.retire(retired);
        }
        let end = |first: NonNull<u8>, _: Layout| {
            for at in 0..PAGES {
                // SAFETY: inside what is freed.
                let page = unsafe { first.cast::<Page<N>>().add(at) };
                // SAFETY: initialised in `new`; no reader is left.
                unsafe { page.as_ref() }.watched.end();
                // SAFETY: as above, and it is not used again.
                unsafe { page.drop_in_place() };
            }
        };
        retired.add(self.0.cast(), Self::layout().0, end);
    }
}

/// For the writer: only it retires chunks, and it uses no retired one.
impl<N: Addressed> Chunk<N> {
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

    /// The pages for a node, in the order in which they are tried.
    fn pages<'a>(self, place: Place) -> impl Iterator<Item = &'a Page<N>>
    where
        N: 'a,
    {
        self.linked().flat_map(move |chunk| {
            // SAFETY: the writer's.
            (0..PAGES).map(move |others| unsafe { chunk.page(place, others) })
        })
    }

    /// Inserts a node into the first free slot in its pages.
    pub(super) fn put(self, place: Place, node: NonNull<N>) {
        self.live_cell().set(self.live() + 1);
        for page in self.pages(place) {
            if let Some(slot) = page.tags().free() {
                return page.fill(slot, place.tag(), node);
            }
            page.pass(true);
        }
        let further = Self::new(0);
        // SAFETY: the writer's.
        unsafe { further.page(place, 0) }.fill(0, place.tag(), node);
        let last = self.linked().last().unwrap_or(self);
        // SAFETY: as in `next`.
        unsafe { &(*last.tail().as_ptr()).next }.store(further.into_raw(), Ordering::Release);
    }

    /// Removes a node that is here.
    pub(super) fn take(self, place: Place, node: NonNull<N>) {
        self.live_cell().set(self.live() - 1);
        for page in self.pages(place) {
            if let Some(slot) = page.tags().of(place.tag()).find(|&slot| page.node(slot) == node) {
                return page.clear(slot);
            }
            page.pass(false);
        }
        unreachable!("a node that is not in its chunk is not taken out");
    }

    /// Visits the nodes, and where each belongs. `visit` may remove the node.
    pub(super) fn each(self, mut visit: impl FnMut(Place, NonNull<N>)) {
        for chunk in self.linked() {
            for at in 0..PAGES {
                // SAFETY: below the number of pages.
                let page = unsafe { chunk.0.add(at) };
                // SAFETY: the writer's.
                let page = unsafe { page.as_ref() };
                for slot in page.tags().taken() {
                    let node = page.node(slot);
                    // SAFETY: in the index: the writer's.
                    visit(Place::of(unsafe { N::address(node) }), node);
                }
            }
        }
    }
}
