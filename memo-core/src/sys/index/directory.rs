//! The directory: from the first bits of a hash to a chunk.

use std::alloc::Layout;
use std::ptr::NonNull;

use super::chunk::Chunk;
#[cfg(not(memo_loom))]
use super::page::PAGES;
use super::page::Page;
use super::place::Hashed;
use crate::sys::hazard::memory::RetiredMemory;
use crate::sys::sync::{AtomicPtr, Ordering, Watched, const_fn};

/// The words of a directory: 2 to the power of its depth. A chunk of lower depth has several adjacent ones.
#[repr(C, align(64))]
struct Words<N> {
    /// Empty, except in models, where it detects a read after the end.
    watched: Watched,
    chunks: [AtomicPtr<Page<N>>; 0],
}

/// A directory and its depth in one word, which readers load first. The depth (as 64 - depth, the amount by which a hash is
/// shifted) lies in the bits below the alignment.
pub(super) struct Directory<N>(NonNull<Words<N>>);

impl<N> Clone for Directory<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Directory<N> {}

/// Bits of the packed pointer that are not its address.
const SHIFT: usize = align_of::<Words<()>>() - 1;

/// A directory whose words lead to a chunk of free pages: where readers begin before the first node. So a hit need not ask whether there
/// is a directory.
#[cfg(not(memo_loom))]
static NOTHING: Nothing = Nothing([const { AtomicPtr::new((&raw const FREE_PAGES).cast_mut().cast()) }; 2]);

#[cfg(not(memo_loom))]
#[repr(C, align(64))]
struct Nothing([AtomicPtr<Page<()>>; 2]);

#[cfg(not(memo_loom))]
static FREE_PAGES: [Page<()>; PAGES] = [const { Page::new() }; PAGES];

impl<N> Directory<N> {
    const_fn! {
        /// The word of an index without a directory of its own. Null in models, whose atomics cannot be static.
        pub(super) fn none() -> *mut () {
            #[cfg(not(memo_loom))]
            // Of depth 1.
            let none = (&raw const NOTHING).cast_mut().cast::<()>().wrapping_byte_add(63);
            #[cfg(memo_loom)]
            let none = std::ptr::null_mut();
            none
        }
    }

    fn layout(depth: u32) -> Layout {
        let words = Layout::array::<AtomicPtr<Page<N>>>(1 << depth).expect("a directory fits the address space");
        // Padded: a packed pointer then points into the allocation, so that leak checkers recognise it.
        Layout::new::<Words<N>>().extend(words).expect("a directory fits the address space").0.pad_to_align()
    }

    /// A directory of this depth, at least 1, whose words lead to what `chunk_of` returns.
    pub(super) fn new(depth: u32, chunk_of: impl Fn(usize) -> Chunk<N>) -> Self {
        let layout = Self::layout(depth);
        // SAFETY: the layout has a size: there are at least two words.
        let Some(at) = NonNull::new(unsafe { std::alloc::alloc(layout) }.cast::<Words<N>>()) else {
            std::alloc::handle_alloc_error(layout)
        };
        // If it has no size, nothing is written.
        // SAFETY: just allocated for this.
        let watched = unsafe { &raw mut (*at.as_ptr()).watched };
        // SAFETY: as above.
        unsafe { watched.write(Watched::fresh()) };
        let new = Self(at.map_addr(|address| address | (64 - depth) as usize));
        for word in 0..1 << depth {
            // SAFETY: below the length.
            let slot = unsafe { new.slot(word) };
            // SAFETY: just allocated for this.
            unsafe { slot.write(AtomicPtr::new(chunk_of(word).into_raw())) };
        }
        new
    }

    pub(super) fn into_raw(self) -> *mut () {
        self.0.as_ptr().cast()
    }

    /// The directory that a reader finds. `None` only in models.
    #[inline(always)]
    pub(super) fn to_read(raw: *mut ()) -> Option<Self> {
        #[cfg(memo_loom)]
        let directory = NonNull::new(raw.cast())?;
        #[cfg(not(memo_loom))]
        // SAFETY: an index begins with `none`, and gets nothing but directories.
        let directory = unsafe { NonNull::new_unchecked(raw.cast()) };
        Some(Self(directory))
    }

    /// The index's own directory.
    pub(super) fn from_raw(raw: *mut ()) -> Option<Self> {
        if std::ptr::eq(raw, Self::none()) { None } else { Self::to_read(raw) }
    }

    /// By how much a hash is shifted to give the index of a word.
    #[inline(always)]
    fn shift(self) -> usize {
        self.0.addr().get() & SHIFT
    }

    pub(super) fn depth(self) -> u32 {
        64 - self.shift() as u32
    }

    fn words(self) -> NonNull<Words<N>> {
        let words = self.0.as_ptr().map_addr(|address| address & !SHIFT);
        // SAFETY: what is left is the address of an allocation.
        unsafe { NonNull::new_unchecked(words) }
    }

    /// # Safety
    /// The word is below the directory's length.
    #[inline(always)]
    unsafe fn slot(self, word: usize) -> NonNull<AtomicPtr<Page<N>>> {
        // SAFETY: the words follow the head.
        let first = unsafe { self.words().byte_add(std::mem::offset_of!(Words<N>, chunks)) };
        // SAFETY: the caller's.
        unsafe { first.cast::<AtomicPtr<Page<N>>>().add(word) }
    }

    /// # Safety
    /// The word is below the directory's length, and the directory is not freed.
    unsafe fn word<'a>(self, word: usize) -> &'a AtomicPtr<Page<N>> {
        // SAFETY: the caller's.
        let slot = unsafe { self.slot(word) };
        // SAFETY: the caller's; all are initialised.
        unsafe { slot.as_ref() }
    }

    /// The chunk for a hash.
    ///
    /// # Safety
    /// The directory is not freed.
    #[inline(always)]
    pub(super) unsafe fn chunk(self, hash: u64) -> Chunk<N> {
        #[cfg(memo_loom)]
        // SAFETY: the caller's.
        unsafe { self.words().as_ref() }.watched.look();
        // SAFETY: the shifted hash is below the length; the caller's.
        let word = unsafe { self.word((hash >> self.shift()) as usize) };
        // SAFETY: all words lead to chunks.
        unsafe { Chunk::from_raw(word.load(Ordering::Acquire)) }
    }

    /// The chunk that a word leads to, for the writer.
    pub(super) fn at(self, word: usize) -> Chunk<N> {
        assert!(word >> self.depth() == 0, "a directory has as many words");
        // SAFETY: just checked; the writer's directory is valid.
        let word = unsafe { self.word(word) };
        // SAFETY: all words lead to chunks.
        unsafe { Chunk::from_raw(word.load(Ordering::Relaxed)) }
    }

    /// Makes the words whose indices begin with these `bits` lead to `chunk`.
    pub(super) fn lead(self, prefix: usize, bits: u32, chunk: Chunk<N>) {
        let span = self.depth() - bits;
        for word in prefix << span..(prefix + 1) << span {
            assert!(word >> self.depth() == 0, "a directory has as many words");
            // SAFETY: just checked; the writer's directory is valid.
            unsafe { self.word(word) }.store(chunk.into_raw(), Ordering::Release);
        }
    }

    /// Retires the directory, which must already be unpublished. The chunks stay.
    pub(super) fn retire(self, retired: &mut RetiredMemory) {
        let end = |at: NonNull<u8>, _: Layout| {
            // SAFETY: about to be freed; no reader is left. (A model's pointers hold nothing to be dropped.)
            let watched = unsafe { &(*at.cast::<Words<N>>().as_ptr()).watched };
            watched.end();
        };
        retired.add(self.words().cast(), Self::layout(self.depth()), end);
    }
}

/// For the writer.
impl<N: Hashed> Directory<N> {
    /// Visits all chunks.
    pub(super) fn each_chunk(self, mut visit: impl FnMut(Chunk<N>)) {
        let mut word = 0;
        while word >> self.depth() == 0 {
            let chunk = self.at(word);
            // All the words that lead to it are adjacent.
            word += 1 << (self.depth() - chunk.depth());
            visit(chunk);
        }
    }

    /// Retires the directory, which must already be unpublished, and all chunks.
    pub(super) fn retire_all(self, retired: &mut RetiredMemory) {
        self.each_chunk(|chunk| chunk.retire(retired));
        self.retire(retired);
    }
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_packed_pointer_points_into_its_allocation() {
        for depth in 1..=super::super::DEEPEST {
            assert!(Directory::<()>::layout(depth).size() > (64 - depth) as usize);
        }
    }
}
