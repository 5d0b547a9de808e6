//! An index that takes little room while it has few nodes: one page in place, then a few pages, then an [`Index`].
//!
//! Growth and shrinking move all nodes while they are few: at most [`MOST_PAGES`] pages of them.
//!
//! # Invariants
//!
//! Those of the [index](super), and:
//!
//! 1. The root says where the nodes are: null, in the first page; a pointer to pages, with the logarithm of their number in the bits
//!    below the alignment; or a directory, whose bits there are larger. It is replaced (`Release`) after the nodes were put where it
//!    will lead, and before they leave the former place.
//! 2. The first page has no tag while the root leads elsewhere. A reader that read the root before finds nothing there, or nodes that
//!    are in the index.

use std::alloc::Layout;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::directory::Directory;
use super::page::{Page, SLOTS};
use super::pages::Pages;
use super::place::{Hashed, Place};
use super::{Guess, Index, Writer, guess_in};
use crate::sys::hazard::memory::RetiredMemory;
use crate::sys::sync::{AtomicPtr, Ordering};

/// The most pages outside of an [`Index`].
const MOST_PAGES: usize = if cfg!(memo_loom) { 2 } else { 8 };
/// The bits of the root below the alignment of pages and directories.
const BITS: usize = 63;

/// The nodes that so many pages are to have: with more, too many are full.
const fn room(pages: usize) -> usize {
    if pages == 1 { SLOTS } else { pages * SLOTS * 6 / 7 }
}

/// So few nodes that half of the pages would do, and others may come.
const fn few(pages: usize) -> usize {
    room(pages) / 4
}

/// See the [module](self).
pub(crate) struct Compact<N: Hashed> {
    first: Page<N>,
    /// Its word is the root.
    index: Index<N>,
}

/// The writer's side of a [`Compact`].
#[derive(Default)]
pub(crate) struct CompactWriter {
    live: usize,
    /// If there is an [`Index`].
    index: Option<Box<Writer>>,
}

impl<N: Hashed> Default for Compact<N> {
    fn default() -> Self {
        Self { first: Page::new(), index: Index(AtomicPtr::new(std::ptr::null_mut()), PhantomData) }
    }
}

/// Where the nodes are.
enum Root<N> {
    Pages(Pages<N>),
    Directory(Directory<N>),
}

impl<N: Hashed> Compact<N> {
    #[inline(always)]
    fn first(&self) -> Pages<N> {
        Pages::new(NonNull::from(&self.first), 1)
    }

    fn root(&self) -> Root<N> {
        let root = self.index.0.load(Ordering::Acquire);
        if root.is_null() { Root::Pages(self.first()) } else { self.led_to(root) }
    }

    /// Where a root leads that is not null.
    #[inline(always)]
    fn led_to(&self, root: *mut ()) -> Root<N> {
        let bits = root.addr() & BITS;
        if bits > MOST_PAGES.trailing_zeros() as usize {
            return Directory::to_read(root).map_or(Root::Pages(self.first()), Root::Directory);
        }
        let pages = NonNull::new(root.map_addr(|address| address & !BITS).cast());
        // Not null without these bits.
        pages.map_or(Root::Pages(self.first()), |pages| Root::Pages(Pages::new(pages, 1 << bits)))
    }

    /// The search of a hit, as in an [`Index`].
    ///
    /// # Safety
    /// The caller is marked as looking, or is the writer.
    #[inline(always)]
    pub(crate) unsafe fn guess(&self, hash: u64, is: impl FnOnce(NonNull<N>) -> bool) -> Guess<NonNull<N>> {
        let root = self.index.0.load(Ordering::Acquire);
        if root.is_null() {
            // By itself: of one page there is nothing to compute.
            // SAFETY: it stays.
            return unsafe { guess_in(self.first(), Place::of(hash), is) };
        }
        let pages = match self.led_to(root) {
            Root::Pages(pages) => pages,
            // SAFETY: the caller's; what was unpublished since then is not freed.
            Root::Directory(directory) => unsafe { directory.chunk(hash) }.pages(),
        };
        // SAFETY: as above.
        unsafe { guess_in(pages, Place::of(hash), is) }
    }

    /// The node with this hash that `is` accepts, which is asked once about each.
    ///
    /// # Safety
    /// As for [`guess`](Self::guess).
    pub(crate) unsafe fn find(&self, hash: u64, mut is: impl FnMut(NonNull<N>) -> bool) -> Option<NonNull<N>> {
        match self.root() {
            // SAFETY: the caller's.
            Root::Pages(pages) => unsafe { pages.find(Place::of(hash), &mut is) }.unwrap_or(None),
            Root::Directory(directory) => {
                // SAFETY: as above.
                let chunk = unsafe { directory.chunk(hash) };
                // SAFETY: as above.
                unsafe { chunk.find(Place::of(hash), &mut is) }
            }
        }
    }

    /// Whether a node of this hash may be there: whether to search at all.
    ///
    /// # Safety
    /// As for [`find`](Self::find).
    #[inline(always)]
    pub(crate) unsafe fn may_have(&self, hash: u64) -> bool {
        let pages = match self.root() {
            Root::Pages(pages) => pages,
            // SAFETY: the caller's.
            Root::Directory(directory) => unsafe { directory.chunk(hash) }.pages(),
        };
        let place = Place::of(hash);
        // SAFETY: the caller's.
        let tags = unsafe { pages.page(place, 0) }.look();
        !tags.is_last() || tags.first_of(place.tag()).is_some()
    }

    /// Inserts a node that is not in the index.
    #[inline]
    pub(crate) fn insert(&self, writer: &mut CompactWriter, hash: u64, node: NonNull<N>, retired: &mut RetiredMemory) {
        writer.live += 1;
        loop {
            match (self.root(), &mut writer.index) {
                (Root::Pages(pages), _) if writer.live <= room(pages.len()) => {
                    let put = pages.put(Place::of(hash), node);
                    debug_assert!(put, "there is room");
                    return;
                }
                (Root::Pages(pages), _) if pages.len() < MOST_PAGES => self.move_to(2 * pages.len(), retired),
                (Root::Pages(_), _) => self.move_to_index(writer, retired),
                (Root::Directory(_), Some(writer)) => return self.index.insert(writer, hash, node, retired),
                (Root::Directory(_), None) => unreachable!("an index has its writer"),
            }
        }
    }

    /// Removes a node, which still has its hash.
    #[inline]
    pub(crate) fn remove(&self, writer: &mut CompactWriter, node: NonNull<N>, retired: &mut RetiredMemory) {
        writer.live -= 1;
        match (self.root(), &mut writer.index) {
            (Root::Pages(pages), _) => {
                // SAFETY: the writer's node.
                let taken = pages.take(unsafe { Place::of_node(node) }, node);
                debug_assert!(taken, "a node is where it was put");
                if pages.len() > 1 && writer.live <= few(pages.len()) {
                    self.move_to(pages.len() / 2, retired);
                }
            }
            (Root::Directory(_), Some(index)) => {
                self.index.remove(index, node, retired);
                if writer.live <= few(2 * MOST_PAGES) {
                    self.move_to(MOST_PAGES, retired);
                    writer.index = None;
                }
            }
            (Root::Directory(_), None) => unreachable!("an index has its writer"),
        }
    }

    /// Removes all nodes.
    pub(crate) fn clear(&self, writer: &mut CompactWriter, retired: &mut RetiredMemory) {
        *writer = CompactWriter::default();
        let former = self.root();
        self.first.free_all();
        self.index.0.store(std::ptr::null_mut(), Ordering::Release);
        self.retire(former, retired);
    }

    /// Moves all nodes to so many pages.
    #[cold]
    #[inline(never)]
    fn move_to(&self, pages: usize, retired: &mut RetiredMemory) {
        let former = self.root();
        let new = if pages == 1 { self.first() } else { Self::new_pages(pages) };
        former.each(|place, node| {
            let put = new.put(place, node);
            debug_assert!(put, "there is room");
        });
        let root = if pages == 1 {
            std::ptr::null_mut()
        } else {
            new.first().as_ptr().map_addr(|address| address | pages.trailing_zeros() as usize).cast()
        };
        self.index.0.store(root, Ordering::Release);
        self.retire(former, retired);
    }

    /// Moves all nodes to an [`Index`].
    #[cold]
    #[inline(never)]
    fn move_to_index(&self, writer: &mut CompactWriter, retired: &mut RetiredMemory) {
        let former = self.root();
        let (index, mut own) = (Index::new(), Box::new(Writer::new()));
        former.each(|place, node| index.insert(&mut own, place.hash(), node, retired));
        writer.index = Some(own);
        self.index.0.store(index.0.load(Ordering::Relaxed), Ordering::Release);
        self.retire(former, retired);
    }

    fn new_pages(len: usize) -> Pages<N> {
        let layout = Pages::<N>::layout(len);
        // SAFETY: the layout has a size.
        let first = unsafe { std::alloc::alloc_zeroed(layout) };
        let Some(first) = NonNull::new(first.cast()) else { std::alloc::handle_alloc_error(layout) };
        // SAFETY: just allocated for this.
        unsafe { Pages::make(first, len) }
    }

    /// Retires what the root led to, but no longer does.
    fn retire(&self, former: Root<N>, retired: &mut RetiredMemory) {
        match former {
            Root::Pages(pages) if pages.len() == 1 => {
                if !self.index.0.load(Ordering::Relaxed).is_null() {
                    self.first.free_all();
                }
            }
            Root::Pages(pages) => {
                let end = |first: NonNull<u8>, layout: Layout| {
                    let len = layout.size() / size_of::<Page<N>>();
                    // SAFETY: made by `new_pages`; no reader is left.
                    unsafe { Pages::<N>::new(first.cast(), len).end() };
                };
                retired.add(pages.first().cast(), Pages::<N>::layout(pages.len()), end);
            }
            Root::Directory(directory) => directory.retire_all(retired),
        }
    }
}

impl<N: Hashed> Root<N> {
    fn each(&self, mut visit: impl FnMut(Place, NonNull<N>)) {
        match self {
            Self::Pages(pages) => pages.each(&mut |place, node, _| visit(place, node)),
            Self::Directory(directory) => directory.each_chunk(|chunk| chunk.each(&mut visit)),
        }
    }
}

impl<N: Hashed> Drop for Compact<N> {
    fn drop(&mut self) {
        let mut retired = RetiredMemory::new();
        self.clear(&mut CompactWriter::default(), &mut retired);
        // SAFETY: nobody else has it.
        unsafe { retired.free() };
    }
}
