//! Adjacent pages, in which a node is put into its own page, or into the next one that has room.

use std::alloc::Layout;
use std::ptr::NonNull;

use super::page::Page;
use super::place::{Hashed, Place};

/// Pages that lie next to each other, a power of two of them.
pub(super) struct Pages<N> {
    first: NonNull<Page<N>>,
    len: usize,
}

impl<N> Clone for Pages<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Pages<N> {}

impl<N> Pages<N> {
    #[inline(always)]
    pub(super) fn new(first: NonNull<Page<N>>, len: usize) -> Self {
        debug_assert!(len.is_power_of_two());
        Self { first, len }
    }

    #[inline(always)]
    pub(super) fn len(self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(super) fn first(self) -> NonNull<Page<N>> {
        self.first
    }

    /// Memory for so many pages has this layout. Each has a cache line of its own.
    pub(super) fn layout(len: usize) -> Layout {
        let pages = Layout::array::<Page<N>>(len).and_then(|layout| layout.align_to(64));
        pages.expect("a few pages are small")
    }

    /// Makes free pages of zeroed memory.
    ///
    /// # Safety
    /// There is room for so many, all zeroes, which nothing else uses.
    #[cfg_attr(not(memo_loom), allow(clippy::needless_pass_by_value, reason = "models have something to write"))]
    pub(super) unsafe fn make(first: NonNull<Page<N>>, len: usize) -> Self {
        // All zeroes are a free page: no tag, no node.
        #[cfg(memo_loom)]
        for at in 0..len {
            // SAFETY: the caller's.
            unsafe { first.add(at).write(Page::new()) };
        }
        Self::new(first, len)
    }

    /// Ends pages whose memory is about to be freed.
    ///
    /// # Safety
    /// They are there, and nothing uses them from now on.
    pub(super) unsafe fn end(self) {
        for at in 0..self.len {
            // SAFETY: one of the pages.
            let page = unsafe { self.first.add(at) };
            // SAFETY: the caller's.
            unsafe { page.as_ref() }.watched.end();
            // SAFETY: the caller's.
            unsafe { page.drop_in_place() };
        }
    }

    /// The page that is tried for a node after `others` other pages.
    ///
    /// # Safety
    /// The pages are not freed for `'a`.
    #[inline(always)]
    pub(super) unsafe fn page<'a>(self, place: Place, others: usize) -> &'a Page<N> {
        let page = if others == 0 {
            // SAFETY: below the number of pages.
            unsafe { self.first.byte_add(place.home_times(self.len, size_of::<Page<N>>())) }
        } else {
            // SAFETY: below the number of pages.
            unsafe { self.first.add((place.home(self.len) + others) & (self.len - 1)) }
        };
        // SAFETY: the caller's.
        unsafe { page.as_ref() }
    }

    /// The node at this place that `is` accepts. `Err`: it may be in further pages.
    ///
    /// # Safety
    /// The pages are not freed meanwhile.
    #[inline]
    pub(super) unsafe fn find(
        self,
        place: Place,
        is: &mut impl FnMut(NonNull<N>) -> bool,
    ) -> Result<Option<NonNull<N>>, Further> {
        for others in 0..self.len {
            // SAFETY: the caller's.
            let page = unsafe { self.page(place, others) };
            let tags = page.look();
            for slot in tags.of(place.tag()) {
                let node = page.node(slot);
                if is(node) {
                    return Ok(Some(node));
                }
            }
            if tags.is_last() {
                return Ok(None);
            }
        }
        Err(Further)
    }
}

/// All pages said that there are nodes further on.
pub(super) struct Further;

/// For the writer.
impl<N: Hashed> Pages<N> {
    /// The pages for a node, in the order in which they are tried.
    fn of<'a>(self, place: Place) -> impl Iterator<Item = &'a Page<N>>
    where
        N: 'a,
    {
        // SAFETY: the writer's.
        (0..self.len).map(move |others| unsafe { self.page(place, others) })
    }

    /// Puts a node into the first free slot. `false`: there is none, and each page says that there is a node further on.
    #[inline]
    pub(super) fn put(self, place: Place, node: NonNull<N>) -> bool {
        // SAFETY: the writer's.
        put_in(unsafe { self.page(place, 0) }, place, node) || self.put_further(place, node)
    }

    #[cold]
    fn put_further(self, place: Place, node: NonNull<N>) -> bool {
        self.of(place).skip(1).any(|page| put_in(page, place, node))
    }

    /// Takes a node out. `false`: it is further on, which each page counts.
    #[inline]
    pub(super) fn take(self, place: Place, node: NonNull<N>) -> bool {
        // SAFETY: the writer's.
        take_from(unsafe { self.page(place, 0) }, place, node) || self.take_further(place, node)
    }

    #[cold]
    fn take_further(self, place: Place, node: NonNull<N>) -> bool {
        self.of(place).skip(1).any(|page| take_from(page, place, node))
    }

    /// Moves a node that lies further on, in the page at `from`, into its own page, if there is room by now. It is there before it leaves the
    /// other one.
    pub(super) fn settle(self, place: Place, node: NonNull<N>, from: usize) {
        let mut passed = self.of(place);
        let Some(own) = passed.next() else { return };
        if own.tags().free().is_none() {
            return;
        }
        put_in(own, place, node);
        // SAFETY: below the number of pages.
        let at = unsafe { self.first.add(from) };
        // SAFETY: the writer's.
        take_from(unsafe { at.as_ref() }, place, node);
        own.pass(false);
        passed.take_while(|page| !std::ptr::eq(*page, at.as_ptr())).for_each(|page| page.pass(false));
    }

    /// Visits the nodes, where each belongs, and the page in which it is. `visit` may remove the node, or settle it.
    pub(super) fn each(self, visit: &mut impl FnMut(Place, NonNull<N>, usize)) {
        for at in 0..self.len {
            // SAFETY: below the number of pages.
            let page = unsafe { self.first.add(at) };
            // SAFETY: the writer's.
            let page = unsafe { page.as_ref() };
            for slot in page.tags().taken() {
                let node = page.node(slot);
                // SAFETY: in the index: the writer's.
                let place = unsafe { Place::of_node(node) };
                visit(place, node, at);
            }
        }
    }
}

/// Puts a node into a free slot of a page, or counts it as further on.
#[inline]
fn put_in<N>(page: &Page<N>, place: Place, node: NonNull<N>) -> bool {
    let free = page.tags().free();
    match free {
        Some(slot) => page.fill(slot, place.tag(), node),
        None => page.pass(true),
    }
    free.is_some()
}

/// Takes a node out of a page, or counts one less further on.
#[inline]
fn take_from<N>(page: &Page<N>, place: Place, node: NonNull<N>) -> bool {
    let there = page.tags().of(place.tag()).find(|&slot| page.node(slot) == node);
    match there {
        Some(slot) => page.clear(slot),
        None => page.pass(false),
    }
    there.is_some()
}
