//! An index from hashes to nodes, searched without a lock, that grows and shrinks a chunk at a time.
//!
//! *Extendible hashing* (R. Fagin, J. Nievergelt, N. Pippenger, H. R. Strong, "Extendible hashing, a fast access method for dynamic
//! files", 1979): the first bits of a hash lead, through a directory, to a [chunk] of pages. Further bits select the first [page] of it to
//! search, and a tag of six bits selects that page's slots. A full page says how many nodes lie further on, so most
//! searches end in the first one. A chunk that is nearly full is split, and its nodes settle in their first pages; two halves that are nearly empty are merged. So no step
//! moves more nodes than a chunk has. (The directory doubles in one step: with a million objects it has some 500 to 2,000
//! words in each of 32 shards.) There is one writer at a time (it holds the lock, or is the thread whose table it is). Readers take
//! no lock and write nothing shared.
//!
//! # Invariants
//!
//! 1. *Memory is never reused under a reader*: anything unpublished (a chunk, a directory, a node) is [`RetiredMemory`], and freed
//!    when every reader that may have seen it has left. See [`registry`](crate::sys::hazard::registry): readers mark
//!    themselves before they load the first word.
//! 2. *A slot is only a guess.* A tag leads to a node, and the node says whether it is the one: a reader trusts only what it reads in
//!    the node, which was written before the node was put into its slot (`Release`, `Acquire`).
//! 3. *A reader may find a node that was removed* since it marked itself, or that belongs to something else by now if nodes are
//!    reused: the caller tells them apart.
//! 4. *No reader looks beyond a directory.* Its depth is part of the pointer to it, and each of its words always leads to a chunk. Before the
//!    first node that is a static directory, which leads to free pages and is never written.
//! 5. *A reader may miss.* In a chunk whose nodes are being moved it may find nothing. That is a miss, and a miss searches again
//!    under the lock, where nothing moves. There a node is found: every page from its first one to its own says that there is
//!    more.
//!
//! # Why not something else
//!
//! The first version was an open-addressed array: its rebuild took 0.1 s for a million nodes, and seconds after a sweep had left them in
//! the order of their hashes. Linear hashing, the second, splits in still smaller steps. But a reader must load the number of
//! buckets, compare, and follow the links of a bucket that overflows before its split: 14 more instructions on a hit's 92.
//! A chain of nodes from each bucket costs one more dependent cache line for each node passed; a page's tags are probed all at once.

mod chunk;
mod compact;
mod directory;
#[cfg(all(test, memo_loom))]
mod loom_models;
mod page;
mod pages;
mod place;
#[cfg(test)]
mod testing;
#[cfg(all(test, not(memo_loom)))]
mod tests;

use std::ptr::NonNull;

use super::hazard::memory::RetiredMemory;
use crate::sys::prefetch;
use crate::sys::sync::{AtomicPtr, Ordering, const_fn};
use chunk::{Chunk, ROOM};
pub(crate) use compact::{Compact, CompactWriter};
use directory::Directory;
use pages::Pages;
pub(crate) use place::Hashed;
use place::Place;

/// A chunk with this many nodes is split before another is added: with more, too many pages are full. Models have small ones.
const FULL: usize = if cfg!(memo_loom) { 1 } else { ROOM / 7 * 6 };
/// Two halves are merged when they have at most this many nodes together.
const FEW: usize = FULL.div_ceil(3);
/// The deepest directory: hashes have other bits for pages and tags.
const DEEPEST: u32 = if cfg!(memo_loom) { 2 } else { 28 };
/// A directory has at most this many words, or one for every [`NODES_PER_WORD`] nodes. A chunk that would need more gets further
/// pages instead. That happens only if hashes are more similar than by chance.
const LEAST_WORDS: usize = if cfg!(memo_loom) { 4 } else { 64 };
const NODES_PER_WORD: usize = 4;

/// The outcome of a first look.
#[derive(Clone, Copy)]
pub(crate) enum Guess<N> {
    Node(N),
    /// Nothing is there.
    Nothing,
    /// The node may be further on.
    Unsure,
}

impl<N> Guess<N> {
    #[inline(always)]
    pub(crate) fn map<M>(self, of: impl FnOnce(N) -> M) -> Guess<M> {
        match self {
            Self::Node(node) => Guess::Node(of(node)),
            Self::Nothing => Guess::Nothing,
            Self::Unsure => Guess::Unsure,
        }
    }
}

/// Where readers begin: a [`Directory`], or [`Directory::none`] if nothing was ever inserted.
pub(crate) struct Index<N>(AtomicPtr<()>, std::marker::PhantomData<fn() -> N>);

/// The writer's side of an [`Index`]: exclusive access to this is the right to change the index.
pub(crate) struct Writer {
    live: usize,
    /// How many chunks there are of each depth.
    chunks: [u32; DEEPEST as usize + 1],
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { live: 0, chunks: [0; DEEPEST as usize + 1] }
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// One chunk at `depth` became two below it, or the reverse.
    fn count_split(&mut self, depth: u32) {
        self.chunks[depth as usize] -= 1;
        self.chunks[depth as usize + 1] += 2;
    }

    fn count_merge(&mut self, depth: u32) {
        self.chunks[depth as usize] += 1;
        self.chunks[depth as usize + 1] -= 2;
    }
}

impl<N: Hashed> Index<N> {
    const_fn! {
        pub(crate) fn new() -> Self {
            Self(AtomicPtr::new(Directory::<N>::none()), std::marker::PhantomData)
        }
    }

    /// The search of a hit: the first slot whose tag matches, nearly always the right one.
    ///
    /// # Safety
    /// The caller is marked as looking, or is the writer.
    #[inline(always)]
    pub(crate) unsafe fn guess(&self, hash: u64, is: impl FnOnce(NonNull<N>) -> bool) -> Guess<NonNull<N>> {
        let place = Place::of(hash);
        let Some(directory) = Directory::to_read(self.0.load(Ordering::Acquire)) else { return Guess::Nothing };
        // SAFETY: invariant 1.
        let chunk = unsafe { directory.chunk(hash) };
        // SAFETY: invariant 1.
        unsafe { guess_in(chunk.pages(), place, is) }
    }

    /// The node with this hash that `is` accepts.
    ///
    /// # Safety
    /// The caller is marked as looking, or is the writer.
    pub(crate) unsafe fn find(&self, hash: u64, mut is: impl FnMut(NonNull<N>) -> bool) -> Option<NonNull<N>> {
        let directory = Directory::to_read(self.0.load(Ordering::Acquire))?;
        // SAFETY: invariant 1.
        let chunk = unsafe { directory.chunk(hash) };
        // SAFETY: invariant 1.
        unsafe { chunk.find(Place::of(hash), &mut is) }
    }

    /// Prefetches the page that [`Index::remove`] will read.
    pub(crate) fn prefetch(&self, hash: u64) {
        let place = Place::of(hash);
        // SAFETY: the writer's, and a page of it.
        let page = unsafe { self.chunk(place).pages().page(place, 0) };
        prefetch::line(page);
    }

    /// The writer's directory.
    fn directory(&self) -> Directory<N> {
        Directory::from_raw(self.0.load(Ordering::Relaxed)).expect("made with the first node")
    }

    /// The chunk for a hash, for the writer.
    fn chunk(&self, place: Place) -> Chunk<N> {
        // SAFETY: the writer's directory is valid.
        unsafe { self.directory().chunk(place.hash()) }
    }

    /// Inserts a node that is not in the index.
    #[inline]
    pub(crate) fn insert(&self, writer: &mut Writer, hash: u64, node: NonNull<N>, retired: &mut RetiredMemory) {
        let place = Place::of(hash);
        let there = Directory::<N>::from_raw(self.0.load(Ordering::Relaxed)).map(|_| self.chunk(place));
        let chunk = match there {
            Some(chunk) if chunk.live() < FULL => chunk,
            _ => self.make_room(writer, place, retired),
        };
        chunk.put(place, node);
        writer.live += 1;
    }

    /// The chunk for `place`, once it has room.
    #[cold]
    #[inline(never)]
    fn make_room(&self, writer: &mut Writer, place: Place, retired: &mut RetiredMemory) -> Chunk<N> {
        if Directory::<N>::from_raw(self.0.load(Ordering::Relaxed)).is_none() {
            let first = Chunk::<N>::new(0);
            writer.chunks[0] = 1;
            self.0.store(Directory::new(1, |_| first).into_raw(), Ordering::Release);
        }
        loop {
            let chunk = self.chunk(place);
            if chunk.live() < FULL || !self.split(writer, chunk, place, retired) {
                return chunk;
            }
        }
    }

    /// Removes a node, which still has its hash.
    #[inline]
    pub(crate) fn remove(&self, writer: &mut Writer, node: NonNull<N>, retired: &mut RetiredMemory) {
        // SAFETY: the writer's node.
        let place = unsafe { Place::of_node(node) };
        let chunk = self.chunk(place);
        chunk.take(place, node);
        writer.live -= 1;
        if chunk.depth() > 0 && chunk.live() <= FEW {
            while self.merge(writer, place, retired) {}
        }
    }

    /// Splits the chunk for `place`, unless that would need too large a directory. Nodes that move are inserted into the new chunk, the new
    /// chunk is published, and then they leave the old one. A reader finds them here or there, or misses in between (invariant 5).
    fn split(&self, writer: &mut Writer, chunk: Chunk<N>, place: Place, retired: &mut RetiredMemory) -> bool {
        let depth = chunk.depth();
        if depth == self.directory().depth() && !self.deepen(writer, retired) {
            return false;
        }
        let deeper = depth + 1;
        let prefix = place.prefix(deeper) | 1;
        let new = Chunk::new(deeper);
        let moves = |place: Place| place.prefix(deeper) == prefix;
        chunk.each(|place, node| {
            if moves(place) {
                new.put(place, node);
            }
        });
        chunk.set_depth(deeper);
        self.directory().lead(prefix, deeper, new);
        chunk.thin_out(moves);
        writer.count_split(depth);
        true
    }

    /// Merges the chunk for `place` with its other half, if they have few nodes.
    #[cold]
    #[inline(never)]
    fn merge(&self, writer: &mut Writer, place: Place, retired: &mut RetiredMemory) -> bool {
        let chunk = self.chunk(place);
        let depth = chunk.depth();
        if depth == 0 || chunk.live() > FEW {
            return false;
        }
        let directory = self.directory();
        let other_prefix = place.prefix(depth) ^ 1;
        let other = directory.at(other_prefix << (directory.depth() - depth));
        if other.depth() != depth || chunk.live() + other.live() > FEW {
            return false;
        }
        other.each(|place, node| chunk.put(place, node));
        chunk.set_depth(depth - 1);
        directory.lead(other_prefix, depth, chunk);
        other.retire(retired);
        writer.count_merge(depth - 1);
        // Not immediately: a table whose size hovers around a power of two would make and free directories again and again.
        let deepest = directory.depth();
        if deepest > 1 && (deepest - 1..=deepest).all(|depth| writer.chunks[depth as usize] == 0) {
            self.move_on(deepest - 1, |word| directory.at(2 * word), retired);
        }
        true
    }

    /// Doubles the directory, if that is not too large.
    fn deepen(&self, writer: &Writer, retired: &mut RetiredMemory) -> bool {
        let directory = self.directory();
        let depth = directory.depth();
        if depth == DEEPEST || 2 << depth > LEAST_WORDS.max(writer.live / NODES_PER_WORD) {
            return false;
        }
        self.move_on(depth + 1, |word| directory.at(word / 2), retired);
        true
    }

    /// Replaces the directory by one of another length. A reader inside the old one finds what was there.
    fn move_on(&self, depth: u32, chunk_of: impl Fn(usize) -> Chunk<N>, retired: &mut RetiredMemory) {
        let old = self.directory();
        self.0.store(Directory::new(depth, chunk_of).into_raw(), Ordering::Release);
        old.retire(retired);
    }

    /// Frees all memory. The nodes are the caller's.
    pub(crate) fn end(&self, writer: &mut Writer, retired: &mut RetiredMemory) {
        let Some(directory) = Directory::<N>::from_raw(self.0.load(Ordering::Relaxed)) else { return };
        self.0.store(Directory::<N>::none(), Ordering::Relaxed);
        directory.retire_all(retired);
        *writer = Writer::new();
    }
}

/// The first node at this place whose tag matches, if `is` accepts it.
///
/// # Safety
/// The pages are not freed meanwhile.
#[inline(always)]
unsafe fn guess_in<N>(pages: Pages<N>, place: Place, is: impl FnOnce(NonNull<N>) -> bool) -> Guess<NonNull<N>> {
    // SAFETY: the caller's.
    let page = unsafe { pages.page(place, 0) };
    let tags = page.look();
    let Some(found) = tags.first_of(place.tag()) else {
        return if tags.is_last() { Guess::Nothing } else { Guess::Unsure };
    };
    let node = page.found(found);
    if is(node) { Guess::Node(node) } else { Guess::Unsure }
}
