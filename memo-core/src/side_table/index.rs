//! An index from addresses to nodes, searched without a lock, that grows and shrinks one bucket at a time.
//!
//! *Linear hashing* (W. Litwin, "Linear hashing: a new tool for file and table addressing", 1980) over pages of one cache line: a
//! bucket is a page of six slots, and where those do not do, further pages linked from it. Beyond so many nodes a bucket the
//! table gets one bucket more, which takes its nodes from one other; below a quarter of that it loses one again. So no step of it is in
//! proportion to the table. (A directory of chunks of pages doubles in one step: of a million objects it has 128 words in each of 32
//! shards.) There is one writer at a time (whoever holds the lock, or the thread whose table it is); readers take
//! no lock and write nothing shared.
//!
//! # Invariants
//!
//! 1. *Memory is never given to another use under a reader*: what is taken out (a page, a chunk of them, a directory, a slab of nodes) goes
//!    to [`Retired`] and is freed when every reader that may have seen it has left. See [`crate::reader`]: readers mark themselves
//!    before they load the first word.
//! 2. *What a slot says is a guess.* A tag (seven bits of the hash) leads to a node, and the node says whose it is: a reader
//!    believes the address in the node (`Acquire`) and nothing else. It is written (`Release`) after the rest of the node.
//! 3. *No stale match.* A reader looks for the address of an object that it borrows. By the invariants of the [table](super) the
//!    address of a node that is taken out is overwritten before its `Weak` is given back; only after that the allocator can hand
//!    the address out again, and both hand-overs order what was done before. So no node can show a reader an address from before
//!    its own object was made; and as its object lives, the node that does show it is the object's own, and stays.
//! 4. *No reader looks beyond a chunk.* The number of buckets is written (`Release`) after the chunks that those lie in, and read
//!    (`Acquire`) before them. A directory that was outgrown keeps the number that it has.
//! 5. *A reader may miss.* One that meets a bucket while its nodes move may find nothing; so may one that counted the
//!    buckets before they changed. None means a miss, and a miss looks again under the lock, where nothing moves.
//!
//! # Why this and nothing else
//!
//! An open-addressed array was here before: its rebuild took 0.1 s for a million nodes, and seconds where a sweep had left them in the
//! order of their hashes. Extendible hashing splits as gently, but doubles its directory in one step. A chain of nodes from each
//! bucket is one more dependent cache line for each node passed; tags of a page are asked all at once, in one register.

use std::alloc::Layout;
use std::ptr::NonNull;

use super::hash_of;
use super::retired::Retired;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, Watched};

/// What an index leads to.
pub(crate) trait Addressed {
    /// Whose node it is, read with `Acquire`; an odd number if nobody's.
    ///
    /// # Safety
    /// The node's memory has not been given back.
    unsafe fn address(node: NonNull<Self>) -> usize;
}

/// Slots of a page: as many as fit a cache line beside their tags and a link.
const SLOTS: usize = 6;
/// Nodes for each bucket before there is one more. Models have small tables, which grow at once.
const LOAD: usize = if cfg!(loom) { 1 } else { 4 };
/// A bucket goes when so many times the nodes would still leave some for it.
const SLACK: usize = if cfg!(loom) { 1 } else { 4 };
/// Pages of a chunk, as a power of two.
const CHUNK_BITS: u32 = if cfg!(loom) { 0 } else { 6 };
const CHUNK: usize = 1 << CHUNK_BITS;
/// The first chunk is smaller where few pages do, and grows by this factor.
const FIRST: usize = if cfg!(loom) { 1 } else { 4 };
const FACTOR: usize = 2;
/// Chunks that the smallest directory leads to.
const LEAST: usize = if cfg!(loom) { 1 } else { 4 };

/// All slots of a page, the highest bit of each tag.
const EACH_TAG: u64 = 0x0000_8080_8080_8080;

#[repr(C, align(64))]
struct Page<N> {
    /// A byte for each slot: 0 where it is free.
    tags: AtomicU64,
    next: AtomicPtr<Page<N>>,
    nodes: [AtomicPtr<N>; SLOTS],
    /// Nothing, but in models it tells a look after the end.
    watched: Watched,
}

impl<N> Page<N> {
    #[cfg(loom)]
    fn new() -> Self {
        Self {
            tags: AtomicU64::new(0),
            next: AtomicPtr::new(std::ptr::null_mut()),
            nodes: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
            watched: Watched::fresh(),
        }
    }

    fn layout(pages: usize) -> Layout {
        Layout::array::<Self>(pages).expect("a table fits the address space")
    }

    /// Free pages beside each other.
    fn several(pages: usize) -> NonNull<Self> {
        let layout = Self::layout(pages);
        // SAFETY: the layout has a size: a page has one, and there are some.
        let first = unsafe { std::alloc::alloc_zeroed(layout) };
        let Some(first) = NonNull::new(first.cast::<Self>()) else { std::alloc::handle_alloc_error(layout) };
        #[cfg(loom)]
        for at in 0..pages {
            // SAFETY: inside what was just allocated.
            unsafe { first.add(at).write(Self::new()) };
        }
        // Else all zeroes are a free page: no tag, no link, no node.
        first
    }

    /// Makes this, which is free and not shared yet, the same as another.
    fn copy_of(&self, other: &Self) {
        for (to, from) in self.nodes.iter().zip(&other.nodes) {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        self.next.store(other.next.load(Ordering::Relaxed), Ordering::Relaxed);
        self.tags.store(other.tags.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    fn retire(first: NonNull<Self>, pages: usize, retired: &mut Retired) {
        let end = |first: NonNull<u8>, layout: Layout| {
            for at in 0..layout.size() / size_of::<Self>() {
                // SAFETY: inside what is freed.
                let page = unsafe { first.cast::<Self>().add(at) };
                // SAFETY: initialised in `several`; nobody else looks any more.
                unsafe { page.as_ref() }.watched.end();
                // SAFETY: as above, and this is the end of it.
                unsafe { page.drop_in_place() };
            }
        };
        retired.add(first.cast(), Self::layout(pages), end);
    }

    /// The slots with this tag, one bit each. A free slot has none: a tag is never 0.
    #[inline(always)]
    fn tagged(tags: u64, tag: u64) -> u64 {
        const ONES: u64 = EACH_TAG >> 7;
        let differ = tags ^ (tag * ONES);
        // The lowest zero byte is found, and above it perhaps one that is not (Mycroft's test): the node will tell.
        differ.wrapping_sub(ONES) & !differ & EACH_TAG
    }
}

/// What a hash says: the bucket by its upper half, the tag by bits below those.
#[derive(Clone, Copy)]
struct Place {
    hash: usize,
    tag: u64,
}

impl Place {
    #[inline(always)]
    fn of(address: usize) -> Self {
        let hash = hash_of(address);
        Self { hash: (hash >> 32) as usize, tag: (hash >> 24) & 0x7F | 0x80 }
    }
}

/// How many buckets there are, and the mask of the hash that is wide enough for them. Read and written as one word.
#[derive(Clone, Copy)]
struct Buckets {
    count: usize,
    mask: usize,
}

impl Buckets {
    fn of(count: usize) -> Self {
        debug_assert!(count > 0 && count <= u32::MAX as usize);
        Self { count, mask: count.next_power_of_two() - 1 }
    }

    #[inline(always)]
    fn unpack(word: u64) -> Self {
        Self { count: (word as u32) as usize, mask: (word >> 32) as usize }
    }

    fn pack(self) -> u64 {
        (self.mask as u64) << 32 | self.count as u64
    }

    /// Where a hash belongs. Buckets that are not there yet have their nodes in the one they will split from.
    #[inline(always)]
    fn bucket(self, hash: usize) -> usize {
        let bucket = hash & self.mask;
        if bucket < self.count { bucket } else { bucket & (self.mask >> 1) }
    }
}

/// Leads to the chunks. Behind it lie the pointers to them.
#[repr(C)]
struct Directory<N> {
    buckets: AtomicU64,
    /// Nothing, but in models it tells a look after the end.
    watched: Watched,
    chunks: [AtomicPtr<Page<N>>; 0],
}

impl<N> Directory<N> {
    fn layout(chunks: usize) -> Layout {
        let words = Layout::array::<AtomicPtr<Page<N>>>(chunks).expect("a directory is small");
        Layout::new::<Self>().extend(words).expect("a directory is small").0.pad_to_align()
    }

    fn new(chunks: usize, buckets: Buckets) -> NonNull<Self> {
        let layout = Self::layout(chunks);
        // SAFETY: the layout has a size.
        let Some(at) = NonNull::new(unsafe { std::alloc::alloc(layout) }.cast::<Self>()) else {
            std::alloc::handle_alloc_error(layout)
        };
        let head = Self { buckets: AtomicU64::new(buckets.pack()), watched: Watched::fresh(), chunks: [] };
        // SAFETY: just allocated for this.
        unsafe { at.write(head) };
        for chunk in 0..chunks {
            // SAFETY: below the length.
            let slot = unsafe { Self::slot(at, chunk) };
            // SAFETY: just allocated for this.
            unsafe { slot.write(AtomicPtr::new(std::ptr::null_mut())) };
        }
        at
    }

    /// # Safety
    /// The chunk is below the directory's length.
    #[inline(always)]
    unsafe fn slot(directory: NonNull<Self>, chunk: usize) -> NonNull<AtomicPtr<Page<N>>> {
        // SAFETY: the pointers lie behind the head.
        let first = unsafe { directory.byte_add(std::mem::offset_of!(Self, chunks)) };
        // SAFETY: the caller's.
        unsafe { first.cast::<AtomicPtr<Page<N>>>().add(chunk) }
    }

    /// # Safety
    /// The chunk is below the directory's length, and the directory is not freed for `'a`.
    #[inline(always)]
    unsafe fn chunk<'a>(directory: NonNull<Self>, chunk: usize) -> &'a AtomicPtr<Page<N>> {
        // SAFETY: the caller's.
        let slot = unsafe { Self::slot(directory, chunk) };
        // SAFETY: the caller's; all are initialised.
        unsafe { slot.as_ref() }
    }

    fn retire(directory: NonNull<Self>, chunks: usize, retired: &mut Retired) {
        let end = |at: NonNull<u8>, _: Layout| {
            // SAFETY: what is freed; nobody else looks any more. (A model's pointers hold nothing that is to be dropped.)
            unsafe { at.cast::<Self>().as_ref() }.watched.end();
        };
        retired.add(directory.cast(), Self::layout(chunks), end);
    }
}

/// Where readers begin.
pub(crate) struct Index<N>(AtomicPtr<Directory<N>>);

/// The writer's side of an [`Index`]: who holds this alone may change it.
pub(crate) struct Writer {
    buckets: Buckets,
    live: usize,
    /// Chunks that the directory has places for, and those that are there.
    places: usize,
    chunks: usize,
    /// Pages of the first chunk.
    first: usize,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { buckets: Buckets { count: 1, mask: 0 }, live: 0, places: 0, chunks: 0, first: 0 }
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Pages that the chunks have, besides those that are linked from others.
    fn pages(&self) -> usize {
        self.chunks.saturating_sub(1) * CHUNK + self.first
    }
}

impl<N: Addressed> Index<N> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    /// The first page of the bucket that a hash belongs to.
    ///
    /// # Safety
    /// The caller is marked as looking, or is the writer.
    #[inline(always)]
    unsafe fn page_of<'a>(&self, hash: usize) -> Option<&'a Page<N>> {
        let directory = NonNull::new(self.0.load(Ordering::Acquire))?;
        // SAFETY: invariant 1.
        let head = unsafe { directory.as_ref() };
        head.watched.look();
        let buckets = Buckets::unpack(head.buckets.load(Ordering::Acquire));
        // SAFETY: a bucket that there is, and the caller's.
        unsafe { Self::page_in(directory, buckets.bucket(hash)) }
    }

    /// # Safety
    /// The bucket is one of this directory's, and the caller as for [`Index::page_of`].
    #[inline(always)]
    unsafe fn page_in<'a>(directory: NonNull<Directory<N>>, bucket: usize) -> Option<&'a Page<N>> {
        // SAFETY: the caller's, invariant 4.
        let chunk = unsafe { Directory::chunk(directory, bucket >> CHUNK_BITS) };
        let chunk = NonNull::new(chunk.load(Ordering::Acquire))?;
        // SAFETY: invariant 4.
        let page = unsafe { chunk.add(bucket & (CHUNK - 1)) };
        // SAFETY: invariant 1.
        let page = unsafe { page.as_ref() };
        page.watched.look();
        Some(page)
    }

    /// The writer's directory.
    fn directory(&self) -> NonNull<Directory<N>> {
        NonNull::new(self.0.load(Ordering::Relaxed)).expect("made with the first node")
    }

    /// The first page of a bucket, for the writer.
    fn page<'a>(&self, bucket: usize) -> &'a Page<N> {
        // SAFETY: the writer, who asks for buckets that there are.
        unsafe { Self::page_in(self.directory(), bucket) }.expect("the chunk is there")
    }

    /// The node at `address`.
    ///
    /// # Safety
    /// The caller is marked as looking, or is the writer.
    #[inline(always)]
    pub(crate) unsafe fn find(&self, address: usize) -> Option<NonNull<N>> {
        let place = Place::of(address);
        // SAFETY: the caller's.
        let mut page = unsafe { self.page_of(place.hash) }?;
        loop {
            let mut found = Page::<N>::tagged(page.tags.load(Ordering::Acquire), place.tag);
            while found != 0 {
                let at = found.trailing_zeros() as usize / 8;
                // SAFETY: whoever set the tag had put a node there, and none is ever taken out, but for another.
                let node = unsafe { NonNull::new_unchecked(page.nodes[at].load(Ordering::Acquire)) };
                // SAFETY: invariant 1.
                if unsafe { N::address(node) } == address {
                    return Some(node);
                }
                found &= found - 1;
            }
            let next = page.next.load(Ordering::Acquire);
            // SAFETY: null, or a page (invariant 1).
            page = unsafe { next.as_ref() }?;
            page.watched.look();
        }
    }

    /// Puts a node in, whose address is not there.
    pub(crate) fn insert(&self, writer: &mut Writer, address: usize, node: NonNull<N>, retired: &mut Retired) {
        if writer.chunks == 0 {
            self.make_room(writer, retired);
        }
        self.place(writer.buckets, address, node);
        writer.live += 1;
        if writer.live > LOAD * writer.buckets.count {
            self.split(writer, retired);
        }
    }

    /// Takes a node out. Its address is still in it.
    pub(crate) fn remove(&self, writer: &mut Writer, node: NonNull<N>, retired: &mut Retired) {
        // SAFETY: the writer's node.
        let place = Place::of(unsafe { N::address(node) });
        let bucket = writer.buckets.bucket(place.hash);
        let mut page = Some(self.page(bucket));
        while let Some(here) = page {
            let tags = here.tags.load(Ordering::Relaxed);
            let mut found = Page::<N>::tagged(tags, place.tag);
            while found != 0 {
                let at = found.trailing_zeros() as usize / 8;
                if here.nodes[at].load(Ordering::Relaxed) == node.as_ptr() {
                    here.tags.store(tags & !(0xFF << (8 * at)), Ordering::Relaxed);
                    writer.live -= 1;
                    if LOAD * writer.buckets.count > SLACK * writer.live + LOAD {
                        self.merge(writer, retired);
                    }
                    return;
                }
                found &= found - 1;
            }
            // SAFETY: null, or a page (invariant 1).
            page = unsafe { here.next.load(Ordering::Relaxed).as_ref() };
        }
        unreachable!("a node that is in no bucket is not taken out");
    }

    /// Puts a node in the first free slot of its bucket.
    fn place(&self, buckets: Buckets, address: usize, node: NonNull<N>) {
        let place = Place::of(address);
        let mut page = self.page(buckets.bucket(place.hash));
        loop {
            let tags = page.tags.load(Ordering::Relaxed);
            let free = !tags & EACH_TAG;
            if free != 0 {
                let at = free.trailing_zeros() as usize / 8;
                // `Release`, both: who loads either finds the node whole.
                page.nodes[at].store(node.as_ptr(), Ordering::Release);
                page.tags.store(tags | place.tag << (8 * at), Ordering::Release);
                return;
            }
            let next = page.next.load(Ordering::Relaxed);
            let next = if next.is_null() {
                let further = Page::several(1).as_ptr();
                page.next.store(further, Ordering::Release);
                further
            } else {
                next
            };
            // SAFETY: a page (invariant 1).
            page = unsafe { &*next };
        }
    }

    /// Room for one page more at least.
    fn make_room(&self, writer: &mut Writer, retired: &mut Retired) {
        if writer.chunks == 1 && writer.first < CHUNK {
            return self.grow_first(writer, retired);
        }
        if writer.chunks == writer.places {
            self.move_on(writer, (2 * writer.places).max(LEAST), retired);
        }
        let pages = if writer.chunks == 0 { FIRST } else { CHUNK };
        // SAFETY: below the directory's length.
        let chunk = unsafe { Directory::chunk(self.directory(), writer.chunks) };
        chunk.store(Page::several(pages).as_ptr(), Ordering::Release);
        if writer.chunks == 0 {
            writer.first = FIRST;
        }
        writer.chunks += 1;
    }

    /// The same pages elsewhere, with more behind them. Who is in the old ones finds what was there.
    fn grow_first(&self, writer: &mut Writer, retired: &mut Retired) {
        let pages = (writer.first * FACTOR).min(CHUNK);
        let larger = Page::<N>::several(pages);
        for at in 0..writer.first {
            // SAFETY: below the length.
            let to = unsafe { larger.add(at) };
            // SAFETY: just made, and initialised.
            unsafe { to.as_ref() }.copy_of(self.page(at));
        }
        // SAFETY: there is one.
        let chunk = unsafe { Directory::chunk(self.directory(), 0) };
        let old = NonNull::new(chunk.load(Ordering::Relaxed)).expect("it is there");
        chunk.store(larger.as_ptr(), Ordering::Release);
        Page::retire(old, writer.first, retired);
        writer.first = pages;
    }

    /// Goes on to a directory of another length.
    fn move_on(&self, writer: &mut Writer, places: usize, retired: &mut Retired) {
        let next = Directory::<N>::new(places, writer.buckets);
        if let Some(old) = NonNull::new(self.0.load(Ordering::Relaxed)) {
            for chunk in 0..writer.chunks {
                // SAFETY: below the length of both.
                let pages = unsafe { Directory::chunk(old, chunk) }.load(Ordering::Relaxed);
                // SAFETY: as above.
                unsafe { Directory::chunk(next, chunk) }.store(pages, Ordering::Relaxed);
            }
            Directory::retire(old, writer.places, retired);
        }
        self.0.store(next.as_ptr(), Ordering::Release);
        writer.places = places;
    }

    /// One bucket more: it takes over the nodes that are its own by now.
    fn split(&self, writer: &mut Writer, retired: &mut Retired) {
        let before = writer.buckets;
        let after = Buckets::of(before.count + 1);
        let new = before.count;
        if new == writer.pages() {
            self.make_room(writer, retired);
        }
        let old = after.mask >> 1 & new;
        self.hand_over(old, after, writer, retired, |bucket| bucket == new);
    }

    /// One bucket less: its nodes go to the one that they came from.
    fn merge(&self, writer: &mut Writer, retired: &mut Retired) {
        let after = Buckets::of(writer.buckets.count - 1);
        let last = after.count;
        self.hand_over(last, after, writer, retired, |_| true);
        // Not at once: a table that grows and shrinks about a chunk's beginning would make and free it again and again.
        let begin = writer.pages() - CHUNK.min(writer.pages());
        if writer.chunks > 1 && after.count + CHUNK / 4 <= begin {
            writer.chunks -= 1;
            // SAFETY: below the directory's length.
            let chunk = unsafe { Directory::chunk(self.directory(), writer.chunks) };
            let pages = NonNull::new(chunk.load(Ordering::Relaxed)).expect("it was there");
            chunk.store(std::ptr::null_mut(), Ordering::Relaxed);
            Page::retire(pages, CHUNK, retired);
            if writer.places > LEAST && writer.chunks < writer.places / 4 {
                self.move_on(writer, writer.places / 2, retired);
            }
        }
    }

    /// Goes on to `after`: what is in `bucket` and, by that, in one that `moves`, is put there, then the count is published, then it
    /// is taken out of `bucket`: a reader finds it here or there, or between the two misses it (invariant 5).
    fn hand_over(
        &self,
        bucket: usize,
        after: Buckets,
        writer: &mut Writer,
        retired: &mut Retired,
        moves: impl Fn(usize) -> bool,
    ) {
        let moved_of = |page: &Page<N>, act: &mut dyn FnMut(usize, NonNull<N>)| {
            let mut moved = 0;
            let mut taken = page.tags.load(Ordering::Relaxed) & EACH_TAG;
            while taken != 0 {
                let at = taken.trailing_zeros() as usize / 8;
                let node = NonNull::new(page.nodes[at].load(Ordering::Relaxed)).expect("a tag stands for a node");
                // SAFETY: in the index: the writer's.
                let address = unsafe { N::address(node) };
                if moves(after.bucket(Place::of(address).hash)) {
                    moved |= 0xFF << (8 * at);
                    act(address, node);
                }
                taken &= taken - 1;
            }
            moved
        };
        let first = self.page(bucket);
        let mut page = Some(first);
        while let Some(here) = page {
            moved_of(here, &mut |address, node| self.place(after, address, node));
            // SAFETY: null, or a page (invariant 1).
            page = unsafe { here.next.load(Ordering::Relaxed).as_ref() };
        }
        writer.buckets = after;
        // SAFETY: the writer's, which stands.
        let head = unsafe { &*self.directory().as_ptr() };
        head.buckets.store(after.pack(), Ordering::Release);
        let mut page = first;
        let clear = |page: &Page<N>| {
            let moved = moved_of(page, &mut |_, _| {});
            let left = page.tags.load(Ordering::Relaxed) & !moved;
            page.tags.store(left, Ordering::Relaxed);
            left
        };
        clear(page);
        // Further pages that nothing is left in are not needed any more.
        while let Some(next) = NonNull::new(page.next.load(Ordering::Relaxed)) {
            // SAFETY: a page (invariant 1).
            let further = unsafe { next.as_ref() };
            if clear(further) == 0 {
                page.next.store(further.next.load(Ordering::Relaxed), Ordering::Release);
                Page::retire(next, 1, retired);
            } else {
                page = further;
            }
        }
    }

    /// Gives all memory back; the nodes are the caller's.
    pub(crate) fn end(&self, writer: &mut Writer, retired: &mut Retired) {
        let Some(directory) = NonNull::new(self.0.load(Ordering::Relaxed)) else { return };
        for bucket in 0..writer.buckets.count {
            let mut next = self.page(bucket).next.load(Ordering::Relaxed);
            while let Some(further) = NonNull::new(next) {
                // SAFETY: a page, which is retired here.
                next = unsafe { further.as_ref() }.next.load(Ordering::Relaxed);
                Page::retire(further, 1, retired);
            }
        }
        self.0.store(std::ptr::null_mut(), Ordering::Relaxed);
        for chunk in 0..writer.chunks {
            // SAFETY: below the directory's length.
            let pages = unsafe { Directory::chunk(directory, chunk) }.load(Ordering::Relaxed);
            let len = if chunk == 0 { writer.first } else { CHUNK };
            Page::retire(NonNull::new(pages).expect("it was there"), len, retired);
        }
        Directory::retire(directory, writer.places, retired);
        *writer = Writer::new();
    }
}

#[cfg(test)]
mod testing {
    use super::*;

    /// What stands for a node: an address, and something that is written before it is shown.
    pub(super) struct Stub {
        pub(super) address: crate::sync::AtomicUsize,
        pub(super) value: crate::sync::UnsafeCell<u32>,
    }

    impl Addressed for Stub {
        unsafe fn address(node: NonNull<Self>) -> usize {
            // SAFETY: the caller's.
            unsafe { node.as_ref() }.address.load(Ordering::Acquire)
        }
    }

    impl Stub {
        pub(super) fn new(address: usize, value: u32) -> NonNull<Self> {
            let stub = Self { address: crate::sync::AtomicUsize::new(1), value: crate::sync::UnsafeCell::new(0) };
            // SAFETY: just made.
            stub.value.with_mut(|at| unsafe { *at = value });
            stub.address.store(address, Ordering::Release);
            NonNull::from(Box::leak(Box::new(stub)))
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::HashMap;

    use super::testing::Stub;
    use super::*;

    /// Addresses as allocators give them, by number.
    fn address(n: usize) -> usize {
        0x7000_0000_0000 + n * 48
    }

    fn find(index: &Index<Stub>, n: usize) -> Option<NonNull<Stub>> {
        // SAFETY: one thread, the writer's.
        unsafe { index.find(address(n)) }
    }

    fn free(retired: Retired) {
        // SAFETY: one thread, which looks no more.
        unsafe { retired.free() };
    }

    fn pages(index: &Index<Stub>, writer: &Writer) -> usize {
        (0..writer.buckets.count)
            .map(|bucket| {
                let mut page = Some(index.page(bucket));
                let mut pages = 0;
                while let Some(here) = page {
                    pages += 1;
                    // SAFETY: null, or a page.
                    page = unsafe { here.next.load(Ordering::Relaxed).as_ref() };
                }
                pages
            })
            .sum()
    }

    #[test]
    fn it_does_what_a_map_does_through_growth_and_shrinking() {
        const OBJECTS: usize = 4096;
        let nodes: Vec<_> = (0..OBJECTS).map(|n| Stub::new(address(n), n as u32)).collect();
        let (index, mut writer, mut retired) = (Index::new(), Writer::new(), Retired::new());
        let mut map = HashMap::new();
        let mut state = 1_u64;
        for step in 0..400_000_usize {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let n = (state >> 33) as usize % OBJECTS;
            // In waves, from full to nearly empty.
            let fills = (step / 40_000).is_multiple_of(2);
            match find(&index, n) {
                None if fills || n.is_multiple_of(64) => {
                    index.insert(&mut writer, address(n), nodes[n], &mut retired);
                    map.insert(n, nodes[n]);
                }
                Some(found) if !fills => {
                    assert_eq!(Some(found), map.remove(&n));
                    index.remove(&mut writer, found, &mut retired);
                }
                found => assert_eq!(found, map.get(&n).copied()),
            }
            free(retired.take());
            assert_eq!(writer.live(), map.len());
            assert!(writer.buckets.count <= map.len() + 2, "it is never nearly empty");
            let n = n ^ 1;
            assert_eq!(find(&index, n), map.get(&n).copied());
        }
        assert!(pages(&index, &writer) <= 2 * writer.buckets.count, "few buckets have further pages");
        for &node in map.values() {
            index.remove(&mut writer, node, &mut retired);
        }
        assert_eq!((writer.live(), writer.buckets.count), (0, 1));
        assert!(writer.chunks <= 1, "a table that was large is small again");
        index.end(&mut writer, &mut retired);
        free(retired);
        for node in nodes {
            // SAFETY: leaked in `new`.
            drop(unsafe { Box::from_raw(node.as_ptr()) });
        }
    }

    /// No step may be in proportion to the table: what is allocated in one is counted, and nodes that are moved.
    #[test]
    fn one_that_comes_makes_one_bucket_at_most() {
        let nodes: Vec<_> = (0..100_000).map(|n| Stub::new(address(n), 0)).collect();
        let (index, mut writer, mut retired) = (Index::new(), Writer::new(), Retired::new());
        for (n, &node) in nodes.iter().enumerate() {
            let before = writer.buckets.count;
            index.insert(&mut writer, address(n), node, &mut retired);
            assert!(writer.buckets.count - before <= 1);
        }
        for &node in &nodes {
            let before = writer.buckets.count;
            index.remove(&mut writer, node, &mut retired);
            assert!(before - writer.buckets.count <= 1);
        }
        index.end(&mut writer, &mut retired);
        free(retired);
        for node in nodes {
            // SAFETY: leaked in `new`.
            drop(unsafe { Box::from_raw(node.as_ptr()) });
        }
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use std::sync::Arc as Plain;

    use loom::sync::atomic::AtomicBool;
    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use super::testing::Stub;
    use super::*;
    use crate::fence;
    use crate::reader::{Reader, Readers};

    struct Table {
        index: Index<Stub>,
        writer: Mutex<(Writer, Retired)>,
        readers: Readers,
        reader: Reader,
        nodes: Mutex<Vec<NonNull<Stub>>>,
    }

    // SAFETY: nodes are freed when all threads have ended, and read only after they were found.
    unsafe impl Send for Table {}
    // SAFETY: as above.
    unsafe impl Sync for Table {}

    impl Table {
        fn new() -> Arc<Self> {
            let table = Arc::new(Self {
                index: Index::new(),
                writer: Mutex::new((Writer::new(), Retired::new())),
                readers: Readers::new(),
                reader: Reader::new(),
                nodes: Mutex::new(Vec::new()),
            });
            // SAFETY: the table outlives the threads of its model.
            unsafe { table.readers.add(&table.reader) };
            table
        }

        /// As a shard does it.
        fn add(&self, address: usize, value: u32) {
            let mut writer = self.writer.lock().unwrap();
            let (writer, retired) = &mut *writer;
            let node = Stub::new(address, value);
            self.nodes.lock().unwrap().push(node);
            self.index.insert(writer, address, node, retired);
            self.free(retired.take());
        }

        /// Takes a node out, which is free then for another object.
        fn remove(&self, address: usize) -> Option<NonNull<Stub>> {
            let mut writer = self.writer.lock().unwrap();
            let (writer, retired) = &mut *writer;
            // SAFETY: the writer.
            let node = unsafe { self.index.find(address) }?;
            self.index.remove(writer, node, retired);
            // SAFETY: nodes are freed at the end.
            unsafe { node.as_ref() }.address.store(1, Ordering::Relaxed);
            self.free(retired.take());
            Some(node)
        }

        fn free(&self, retired: Retired) {
            if self.readers.have_left(None) {
                // SAFETY: unpublished, and the reader has left it: what the models are about.
                unsafe { retired.free() };
            }
        }

        /// As a hit does it.
        fn find(&self, address: usize) -> Option<u32> {
            let found = self.reader.look(fence::light, || {
                // SAFETY: marked as looking.
                unsafe { self.index.find(address) }
            });
            // SAFETY: nodes are freed at the end.
            found.map(|node| unsafe { node.as_ref() }.value.with(|value| unsafe { *value }))
        }

        /// As a miss looks again.
        fn find_locked(&self, address: usize) -> Option<u32> {
            let _writer = self.writer.lock().unwrap();
            // SAFETY: the writer.
            let found = unsafe { self.index.find(address) };
            // SAFETY: as above.
            found.map(|node| unsafe { node.as_ref() }.value.with(|value| unsafe { *value }))
        }

        /// What a call gets: it may miss once, and never twice.
        fn hit(&self, address: usize) -> Option<u32> {
            self.find(address).or_else(|| self.find_locked(address))
        }
    }

    impl Drop for Table {
        fn drop(&mut self) {
            for node in self.nodes.lock().unwrap().drain(..) {
                // SAFETY: leaked in `Stub::new`; all threads have ended.
                drop(unsafe { Box::from_raw(node.as_ptr()) });
            }
        }
    }

    /// Addresses with one tag whose hashes end in these two bits: 3 is in the second bucket where there are two or three, 2 in the third.
    fn colliding(bits: usize) -> [usize; 3] {
        let is = |address| Place::of(address).hash & 3 == bits && Place::of(address).tag == 0xC3;
        let mut alike = (1..).map(|n| n * 16).filter(|&address| is(address));
        std::array::from_fn(|_| alike.next().expect("one in 512"))
    }

    #[test]
    fn loom_a_hit_finds_its_living_object_through_growth() {
        loom::model(|| {
            let [a, b, _] = colliding(3);
            let table = Table::new();
            table.add(a, 1);
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.hit(a));
            // One bucket more, which both belong to.
            table.add(b, 2);
            assert_eq!(hit.join().unwrap(), Some(1));
            assert_eq!(table.find(b), Some(2));
        });
    }

    #[test]
    fn loom_a_hit_finds_its_living_object_while_others_go() {
        loom::model(|| {
            let [a, b, _] = colliding(3);
            let table = Table::new();
            table.add(b, 2);
            table.add(a, 1);
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.hit(a));
            assert!(table.remove(b).is_some());
            assert_eq!(hit.join().unwrap(), Some(1));
        });
    }

    #[test]
    fn loom_a_hit_finds_its_living_object_while_the_table_shrinks() {
        loom::model(|| {
            let [a, b, c] = colliding(2);
            let table = Table::new();
            for (address, value) in [(a, 1), (b, 2), (c, 3)] {
                table.add(address, value);
            }
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.hit(a));
            assert!(table.remove(b).is_some());
            assert!(table.remove(c).is_some());
            assert_eq!(hit.join().unwrap(), Some(1));
            assert_eq!(table.find(a), Some(1));
        });
    }

    /// A reader may be in a page that is not needed any more.
    #[test]
    fn loom_a_page_is_freed_when_its_readers_have_left() {
        loom::model(|| {
            let [a, b, c] = colliding(3);
            let table = Table::new();
            table.add(a, 1);
            table.add(b, 2);
            let theirs = Arc::clone(&table);
            let look = thread::spawn(move || theirs.find(c));
            assert!(table.remove(a).is_some());
            assert!(table.remove(b).is_some());
            assert_eq!(table.writer.lock().unwrap().0.chunks, 1, "the second was retired");
            assert_eq!(look.join().unwrap(), None);
        });
    }

    #[test]
    fn loom_an_insertion_is_seen_whole_or_not_at_all() {
        loom::model(|| {
            let [a, ..] = colliding(3);
            let table = Table::new();
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.find(a));
            table.add(a, 1);
            assert!(matches!(hit.join().unwrap(), None | Some(1)));
        });
    }

    /// A node is given to another object in the middle of a look: it is not taken for that of the one sought.
    #[test]
    fn loom_a_node_that_is_used_again_is_another_objects() {
        loom::model(|| {
            let [a, b, c] = colliding(3);
            let table = Table::new();
            table.add(a, 1);
            table.add(b, 2);
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.hit(a));
            let node = table.remove(b).expect("it is there");
            {
                // As a pool does it, for an object at another address.
                // SAFETY: nodes are freed at the end.
                let stub = unsafe { node.as_ref() };
                stub.address.store(c, Ordering::Release);
                let mut writer = table.writer.lock().unwrap();
                let (writer, retired) = &mut *writer;
                table.index.insert(writer, c, node, retired);
                table.free(retired.take());
            }
            assert_eq!(hit.join().unwrap(), Some(1));
        });
    }

    /// The address of a dead object is given to a new one, whose owner looks: it must not find the old node.
    #[test]
    fn loom_an_address_that_is_used_again_is_another_object() {
        loom::model(|| {
            let [a, b, _] = colliding(3);
            let table = Table::new();
            table.add(a, 1);
            table.add(b, 2);
            // What the allocator does: the memory is given back, and handed out again.
            let given_back = Plain::new(AtomicBool::new(false));
            let (theirs, handed_out) = (Arc::clone(&table), Plain::clone(&given_back));
            let owner = thread::spawn(move || {
                if !handed_out.load(Ordering::Acquire) {
                    return;
                }
                assert_eq!(theirs.find(a), None, "the node of the object that was here before");
                theirs.add(a, 3);
                assert_eq!(theirs.hit(a), Some(3));
            });
            // The sweep: the node first, the `Weak` after.
            assert!(table.remove(a).is_some());
            given_back.store(true, Ordering::Release);
            owner.join().unwrap();
        });
    }

    #[test]
    fn loom_of_two_sweeps_one_takes_a_node() {
        loom::model(|| {
            let [a, b, _] = colliding(3);
            let table = Table::new();
            table.add(a, 1);
            let theirs = Arc::clone(&table);
            let other = thread::spawn(move || theirs.remove(a).is_some());
            let mine = table.remove(a).is_some();
            table.add(b, 2);
            assert!(mine ^ other.join().unwrap());
        });
    }
}
