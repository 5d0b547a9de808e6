//! An index from addresses to nodes, searched without a lock.
//!
//! Open addressing with linear probing: an array of slots of (address, node), a power of two of them, at most three quarters
//! in use. There is one writer at a time (whoever holds the lock, or the thread whose table it is); readers take no lock and
//! write nothing shared.
//!
//! # Invariants
//!
//! 1. *What a slot says is whole.* The node is written before the address (`Release`), and readers load the address with
//!    `Acquire` before the node. A slot that holds an address is not written again until its node is taken out.
//! 2. *No stale match.* A reader looks for the address of an object that it borrows. By the invariants of the
//!    [table](super) a node is taken out, and its slot a tombstone, before its `Weak` is given back; only after that the
//!    allocator can hand the address out again, and both hand-overs order what was done before. So no reader can see an
//!    address in a slot from before its own object was made; and as its object lives, the slot that it does see stays.
//! 3. *Nothing is lost on the way.* A slot that a probe must pass is never free again: a node that is taken out leaves a
//!    tombstone, unless the next slot is free (then no probe passes it).
//! 4. *An old array may be read.* Growth and shrinking copy the nodes that are left to another array and publish it
//!    (`Release`). A reader in the old one finds what was there: for its living object, the right node or none. None means a
//!    miss, and a miss looks again under the lock.
//! 5. *An old array is freed* when every reader that may have loaded it has left it. See [`crate::reader`]: readers mark
//!    themselves before they load the pointer.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use super::hash_of;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering, Watched};

/// No address: never used. A probe ends here.
const FREE: usize = 0;
/// No address: used once. A probe goes on.
const TOMBSTONE: usize = 1;

struct Slot<N> {
    address: AtomicUsize,
    node: AtomicPtr<N>,
    /// Nothing, but in models it tells a look after the end.
    watched: Watched,
}

/// Arrays begin on a cache line, which leaves the low bits of a pointer to them for their size.
const ALIGN: usize = 64;
const SIZE_BITS: usize = ALIGN - 1;

/// The smallest array. Models have small ones, which grow at once.
const LEAST: usize = if cfg!(loom) { 2 } else { 8 };

/// An array of slots: where it lies, and in the low bits 64 less the logarithm of its length, which is how far a hash has to be
/// shifted. One word, so that a reader loads both at once.
pub(crate) struct Array<N>(NonNull<Slot<N>>);

impl<N> Clone for Array<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Array<N> {}

// SAFETY: an array is atomics; whoever follows its nodes answers for them.
unsafe impl<N> Send for Array<N> {}

/// A slot of an array that holds a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At(usize);

impl<N> Array<N> {
    fn new(slots: usize) -> Self {
        debug_assert!(slots.is_power_of_two() && slots >= LEAST);
        let layout = Self::layout(slots);
        // SAFETY: the layout has a size: a slot has one, and there are some.
        let first = unsafe { alloc(layout) }.cast::<Slot<N>>();
        let Some(first) = NonNull::new(first) else { handle_alloc_error(layout) };
        for at in 0..slots {
            // SAFETY: inside the array.
            let slot = unsafe { first.add(at) };
            let free = Slot {
                address: AtomicUsize::new(FREE),
                node: AtomicPtr::new(std::ptr::null_mut()),
                watched: Watched::new(),
            };
            // SAFETY: just allocated for this.
            unsafe { slot.write(free) };
        }
        let shift = 64 - slots.trailing_zeros() as usize;
        Self(first.map_addr(|address| address | shift))
    }

    fn layout(slots: usize) -> Layout {
        let slots = Layout::array::<Slot<N>>(slots).expect("a table fits the address space");
        slots.align_to(ALIGN).expect("a power of two")
    }

    #[inline(always)]
    fn shift(self) -> u32 {
        (self.0.addr().get() & SIZE_BITS) as u32
    }

    #[inline(always)]
    pub(crate) fn slots(self) -> usize {
        1 << (64 - self.shift())
    }

    #[inline(always)]
    fn first(self) -> *mut Slot<N> {
        self.0.as_ptr().map_addr(|address| address & !SIZE_BITS)
    }

    #[inline(always)]
    fn start(self, address: usize) -> usize {
        (hash_of(address) >> self.shift()) as usize
    }

    #[inline(always)]
    fn after(self, at: usize) -> usize {
        (at + 1) & (self.slots() - 1)
    }

    /// # Safety
    /// `at` is below [`Array::slots`]. The array was not freed, and will not be for `'a`.
    #[inline(always)]
    unsafe fn slot<'a>(self, at: usize) -> &'a Slot<N> {
        // SAFETY: the caller's.
        let slot = unsafe { self.first().add(at) };
        // SAFETY: the caller's; all slots are initialised.
        let slot = unsafe { &*slot };
        slot.watched.look();
        slot
    }

    /// # Safety
    /// The array was not freed, and will not be during the call.
    #[inline(always)]
    unsafe fn find(self, address: usize) -> Option<(At, NonNull<N>)> {
        let mut at = self.start(address);
        loop {
            // SAFETY: the caller's; a start is below the length.
            let slot = unsafe { self.slot(at) };
            let there = slot.address.load(Ordering::Acquire);
            if there == address {
                return NonNull::new(slot.node.load(Ordering::Relaxed)).map(|node| (At(at), node));
            }
            if there == FREE {
                return None;
            }
            at = self.after(at);
        }
    }

    /// Puts a node in the first slot without one. Whether that was free, and not a tombstone.
    ///
    /// # Safety
    /// The array was not freed, has a free slot, and is the caller's to write.
    unsafe fn place(self, address: usize, node: NonNull<N>) -> bool {
        let mut at = self.start(address);
        loop {
            // SAFETY: the caller's; a start is below the length.
            let slot = unsafe { self.slot(at) };
            let there = slot.address.load(Ordering::Relaxed);
            if there == FREE || there == TOMBSTONE {
                slot.node.store(node.as_ptr(), Ordering::Relaxed);
                slot.address.store(address, Ordering::Release);
                return there == FREE;
            }
            at = self.after(at);
        }
    }

    /// # Safety
    /// Nobody uses the array any more.
    pub(crate) unsafe fn free(self) {
        for at in 0..self.slots() {
            // SAFETY: inside the array.
            let slot = unsafe { self.first().add(at) };
            // SAFETY: initialised in `new`.
            unsafe { &*slot }.watched.end();
            // SAFETY: the caller says that this is the end of it.
            unsafe { slot.drop_in_place() };
        }
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.first().cast(), Self::layout(self.slots())) };
    }
}

/// Where readers begin.
pub(crate) struct Index<N>(AtomicPtr<Slot<N>>);

impl<N> Index<N> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    fn array(&self) -> Option<Array<N>> {
        NonNull::new(self.0.load(Ordering::Acquire)).map(Array)
    }

    /// The node at `address`.
    ///
    /// # Safety
    /// The caller is marked as looking, or is the writer.
    #[inline(always)]
    pub(crate) unsafe fn find(&self, address: usize) -> Option<NonNull<N>> {
        let array = self.array()?;
        // SAFETY: the caller's, and invariant 5.
        let found = unsafe { array.find(address) };
        found.map(|(_, node)| node)
    }
}

/// The writer's side of an [`Index`]: who holds this alone may change it. It goes when no reader comes any more.
pub(crate) struct Writer<N> {
    array: Option<Array<N>>,
    live: usize,
    /// Slots that are not free: live ones and tombstones.
    used: usize,
}

// SAFETY: as for `Array`.
unsafe impl<N> Send for Writer<N> {}

impl<N> Writer<N> {
    pub(crate) const fn new() -> Self {
        Self { array: None, live: 0, used: 0 }
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    pub(crate) fn slots(&self) -> usize {
        self.array.map_or(0, Array::slots)
    }

    /// Whether it can shrink no further.
    pub(crate) fn is_least(&self) -> bool {
        self.slots() <= LEAST
    }

    fn slot(&self, at: usize) -> &Slot<N> {
        let array = self.array.expect("there are slots");
        let at = at & (array.slots() - 1);
        // SAFETY: below the length; the writer's present array stands for as long as the writer is not changed.
        unsafe { array.slot(at) }
    }

    /// The node in the slot at `at`, counted around, if there is one.
    pub(crate) fn get(&self, at: usize) -> Option<(At, NonNull<N>)> {
        let at = at & self.slots().checked_sub(1)?;
        let slot = self.slot(at);
        match slot.address.load(Ordering::Relaxed) {
            FREE | TOMBSTONE => None,
            _ => NonNull::new(slot.node.load(Ordering::Relaxed)).map(|node| (At(at), node)),
        }
    }

    pub(crate) fn find(&self, address: usize) -> Option<(At, NonNull<N>)> {
        // SAFETY: as in `slot`.
        unsafe { self.array?.find(address) }
    }

    /// Puts a node in, whose address is not there. An array that was outgrown comes back, to be freed when nobody reads it.
    #[must_use]
    pub(crate) fn insert(&mut self, index: &Index<N>, address: usize, node: NonNull<N>) -> Option<Array<N>> {
        let full = (self.used + 1) * 4 > self.slots() * 3;
        let outgrown = if full { self.rebuild(index) } else { None };
        let array = self.array.expect("just made");
        // SAFETY: the writer's own, and not full.
        if unsafe { array.place(address, node) } {
            self.used += 1;
        }
        self.live += 1;
        outgrown
    }

    /// Takes a node out.
    pub(crate) fn take(&mut self, At(at): At) -> NonNull<N> {
        let slot = self.slot(at);
        let node = NonNull::new(slot.node.load(Ordering::Relaxed)).expect("there is a node");
        // Relaxed: giving back the `Weak` comes after, and orders it (invariant 2).
        slot.address.store(TOMBSTONE, Ordering::Relaxed);
        self.live -= 1;
        self.free_tombstones(at);
        node
    }

    /// Frees the tombstones that end at `at`, if no probe passes them (invariant 3).
    fn free_tombstones(&mut self, mut at: usize) {
        if self.slot(at + 1).address.load(Ordering::Relaxed) != FREE {
            return;
        }
        while self.slot(at).address.load(Ordering::Relaxed) == TOMBSTONE {
            self.slot(at).address.store(FREE, Ordering::Relaxed);
            self.used -= 1;
            at = at.wrapping_sub(1);
        }
    }

    /// Gives room back after many have gone (law 4: a table that held a million and holds ten is small again). The old array
    /// comes back.
    #[must_use]
    pub(crate) fn shrink(&mut self, index: &Index<N>) -> Option<Array<N>> {
        if self.slots() > LEAST && self.live < self.slots() / 8 { self.rebuild(index) } else { None }
    }

    /// Moves on to an array that fits. The old one comes back.
    fn rebuild(&mut self, index: &Index<N>) -> Option<Array<N>> {
        let fitting = Array::new(((self.live + 1) * 2).next_power_of_two().max(LEAST));
        self.each(|address, node| {
            // SAFETY: not published yet, and twice as long as is needed.
            unsafe { fitting.place(address, node) };
        });
        self.used = self.live;
        index.0.store(fitting.0.as_ptr(), Ordering::Release);
        self.array.replace(fitting)
    }

    /// Visits all nodes, with their addresses.
    pub(crate) fn each(&self, mut visit: impl FnMut(usize, NonNull<N>)) {
        for (At(at), node) in (0..self.slots()).filter_map(|at| self.get(at)) {
            visit(self.slot(at).address.load(Ordering::Relaxed), node);
        }
    }

    /// Takes everything out.
    pub(crate) fn drain(&mut self) -> Vec<NonNull<N>> {
        let all: Vec<At> = (0..self.slots()).filter_map(|at| self.get(at)).map(|(at, _)| at).collect();
        all.into_iter().map(|at| self.take(at)).collect()
    }
}

impl<N> Drop for Writer<N> {
    fn drop(&mut self) {
        if let Some(array) = self.array.take() {
            // SAFETY: no reader comes any more.
            unsafe { array.free() };
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Addresses as allocators give them, by number.
    fn address(n: usize) -> usize {
        0x7000_0000_0000 + n * 48
    }

    fn node(n: &mut u32) -> NonNull<u32> {
        NonNull::from(n)
    }

    fn find(index: &Index<u32>, n: usize) -> Option<NonNull<u32>> {
        // SAFETY: one thread, the writer's.
        unsafe { index.find(address(n)) }
    }

    fn free(old: Option<Array<u32>>) {
        if let Some(old) = old {
            // SAFETY: one thread, which has left it.
            unsafe { old.free() };
        }
    }

    #[test]
    fn it_does_what_a_map_does_through_growth_and_shrinking() {
        let mut nodes: Vec<u32> = (0..2048).collect();
        let nodes: Vec<_> = nodes.iter_mut().map(node).collect();
        let index = Index::new();
        let mut writer = Writer::new();
        let mut map = HashMap::new();
        let mut state = 1_u64;
        for step in 0..200_000_usize {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let n = (state >> 33) as usize % 2048;
            // In waves, from full to nearly empty.
            let fills = (step / 20_000).is_multiple_of(2);
            match writer.find(address(n)) {
                None if fills || n.is_multiple_of(16) => {
                    free(writer.insert(&index, address(n), nodes[n]));
                    map.insert(n, nodes[n]);
                }
                Some((at, found)) if !fills => {
                    assert_eq!(Some(found), map.remove(&n));
                    assert_eq!(writer.take(at), found);
                    free(writer.shrink(&index));
                }
                found => assert_eq!(found.map(|(_, node)| node), map.get(&n).copied()),
            }
            assert_eq!(writer.live(), map.len());
            assert!(writer.used * 4 <= writer.slots() * 3, "there is always a free slot");
            assert!(writer.slots() <= LEAST.max(map.len() * 8), "it is never nearly empty");
            let n = n ^ 1;
            assert_eq!(find(&index, n), map.get(&n).copied());
        }
        assert_eq!(writer.drain().len(), map.len());
    }

    #[test]
    fn tombstones_before_a_free_slot_go() {
        let mut value = 7;
        let node = node(&mut value);
        let index = Index::new();
        let mut writer = Writer::new();
        for n in 0..1_000_000 {
            free(writer.insert(&index, address(n % 5000), node));
            let (at, _) = writer.find(address(n % 5000)).expect("just put in");
            writer.take(at);
            assert_eq!(writer.used, 0);
        }
        assert_eq!(writer.slots(), LEAST);
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use std::sync::Arc as Plain;

    use loom::cell::UnsafeCell;
    use loom::sync::atomic::AtomicBool;
    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use super::*;
    use crate::fence;
    use crate::reader::{Reader, Readers};

    /// What stands for a node: models see who reads it before it is written.
    type Node = UnsafeCell<u32>;

    struct Table {
        index: Index<Node>,
        writer: Mutex<Writer<Node>>,
        readers: Readers,
        reader: Reader,
        nodes: Mutex<Vec<NonNull<Node>>>,
    }

    // SAFETY: nodes are freed when all threads have ended, and read only after they were found.
    unsafe impl Send for Table {}
    // SAFETY: as above.
    unsafe impl Sync for Table {}

    impl Table {
        fn new() -> Arc<Self> {
            let table = Arc::new(Self {
                index: Index::new(),
                writer: Mutex::new(Writer::new()),
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
            let node = NonNull::from(Box::leak(Box::new(Node::new(0))));
            // SAFETY: just made.
            unsafe { node.as_ref() }.with_mut(|at| unsafe { *at = value });
            self.nodes.lock().unwrap().push(node);
            let old = writer.insert(&self.index, address, node);
            self.retire(old);
        }

        fn remove(&self, address: usize) -> bool {
            let mut writer = self.writer.lock().unwrap();
            let Some((at, _)) = writer.find(address) else { return false };
            writer.take(at);
            let old = writer.shrink(&self.index);
            self.retire(old);
            true
        }

        fn retire(&self, old: Option<Array<Node>>) {
            let Some(old) = old else { return };
            if self.readers.have_left(None) {
                // SAFETY: unpublished, and the reader has left it: what the model is about.
                unsafe { old.free() };
            }
        }

        /// As a hit does it.
        fn find(&self, address: usize) -> Option<u32> {
            let found = self.reader.look(fence::light, || {
                // SAFETY: marked as looking.
                unsafe { self.index.find(address) }
            });
            // SAFETY: nodes are freed at the end.
            found.map(|node| unsafe { node.as_ref() }.with(|value| unsafe { *value }))
        }
    }

    impl Drop for Table {
        fn drop(&mut self) {
            for node in self.nodes.lock().unwrap().drain(..) {
                // SAFETY: leaked in `add`; all threads have ended.
                drop(unsafe { Box::from_raw(node.as_ptr()) });
            }
        }
    }

    /// Addresses that are sought from the same slot in arrays of 2, 4 and 8.
    fn colliding() -> [usize; 3] {
        let mut alike = (1..).map(|n| n * 16).filter(|&address| hash_of(address) >> 61 == 0);
        std::array::from_fn(|_| alike.next().expect("one in eight"))
    }

    #[test]
    fn loom_a_hit_finds_its_living_object_through_growth() {
        loom::model(|| {
            let [a, b, _] = colliding();
            let table = Table::new();
            table.add(a, 1);
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.find(a));
            table.add(b, 2);
            assert_eq!(hit.join().unwrap(), Some(1));
            assert_eq!(table.find(b), Some(2));
        });
    }

    #[test]
    fn loom_a_hit_finds_its_living_object_while_others_go() {
        loom::model(|| {
            let [a, b, _] = colliding();
            let table = Table::new();
            table.add(b, 2);
            table.add(a, 1);
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.find(a));
            assert!(table.remove(b));
            assert_eq!(hit.join().unwrap(), Some(1));
        });
    }

    #[test]
    fn loom_a_hit_finds_its_living_object_while_the_table_shrinks() {
        loom::model(|| {
            let [a, b, c] = colliding();
            let table = Table::new();
            for (address, value) in [(a, 1), (b, 2), (c, 3)] {
                table.add(address, value);
            }
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.find(a));
            assert!(table.remove(b));
            assert!(table.remove(c));
            {
                let mut writer = table.writer.lock().unwrap();
                let old = writer.rebuild(&table.index);
                table.retire(old);
            }
            assert_eq!(hit.join().unwrap(), Some(1));
        });
    }

    #[test]
    fn loom_an_insertion_is_seen_whole_or_not_at_all() {
        loom::model(|| {
            let [a, b, c] = colliding();
            let table = Table::new();
            // Then there is room: growth would publish the node with the array.
            table.add(b, 2);
            table.add(c, 3);
            let theirs = Arc::clone(&table);
            let hit = thread::spawn(move || theirs.find(a));
            table.add(a, 1);
            assert!(matches!(hit.join().unwrap(), None | Some(1)));
        });
    }

    /// The address of a dead object is given to a new one, whose owner looks: it must not find the old node.
    #[test]
    fn loom_an_address_that_is_used_again_is_another_object() {
        loom::model(|| {
            let [a, b, _] = colliding();
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
                assert_eq!(theirs.find(a), Some(3));
            });
            // The sweep: the slot first, the `Weak` after.
            assert!(table.remove(a));
            given_back.store(true, Ordering::Release);
            owner.join().unwrap();
        });
    }

    #[test]
    fn loom_of_two_sweeps_one_takes_a_node() {
        loom::model(|| {
            let [a, b, _] = colliding();
            let table = Table::new();
            table.add(a, 1);
            let theirs = Arc::clone(&table);
            let other = thread::spawn(move || theirs.remove(a));
            let mine = table.remove(a);
            table.add(b, 2);
            assert!(mine ^ other.join().unwrap());
        });
    }
}
