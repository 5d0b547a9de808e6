use std::sync::Arc as Plain;

use loom::sync::atomic::AtomicBool;
use loom::sync::{Arc, Mutex};
use loom::thread;

use super::testing::{Stub, hash_of};
use super::*;
use crate::sys::fence;
use crate::sys::hazard::registry::{Reader, Readers};

struct Table {
    index: Index<Stub>,
    writer: Mutex<(Writer, RetiredMemory)>,
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
            writer: Mutex::new((Writer::new(), RetiredMemory::new())),
            readers: Readers::new(),
            reader: Reader::new(),
            nodes: Mutex::new(Vec::new()),
        });
        // SAFETY: the table outlives the threads of its model.
        unsafe { table.readers.add(&table.reader) };
        table
    }

    /// Adds a node, as a shard does.
    fn add(&self, address: usize, value: u32) {
        let mut writer = self.writer.lock().unwrap();
        let (writer, retired) = &mut *writer;
        let node = Stub::new(address, value);
        self.nodes.lock().unwrap().push(node);
        self.index.insert(writer, hash_of(address), node, retired);
        self.free(retired.take());
    }

    /// Removes a node, which is then free for another object.
    fn remove(&self, address: usize) -> Option<NonNull<Stub>> {
        let mut writer = self.writer.lock().unwrap();
        let (writer, retired) = &mut *writer;
        // SAFETY: the writer.
        let node = unsafe { self.index.find(hash_of(address), |node| Stub::address(node) == address) }?;
        self.index.remove(writer, node, retired);
        // SAFETY: nodes are freed at the end.
        unsafe { node.as_ref() }.address.store(1, Ordering::Relaxed);
        self.free(retired.take());
        Some(node)
    }

    fn free(&self, retired: RetiredMemory) {
        if self.readers.have_left(None) {
            // SAFETY: unpublished, and the reader has left: what the models are to show.
            unsafe { retired.free() };
        }
    }

    /// Searches as a hit does.
    fn find(&self, address: usize) -> Option<u32> {
        // SAFETY: marked as looking.
        let guess = self.reader.look(fence::light, || unsafe {
            self.index.guess(hash_of(address), |node| Stub::address(node) == address)
        });
        let found = match guess {
            Guess::Node(node) => Some(node),
            Guess::Nothing => None,
            // SAFETY: as above.
            Guess::Unsure => self.reader.look(fence::light, || unsafe {
                self.index.find(hash_of(address), |node| Stub::address(node) == address)
            }),
        };
        // SAFETY: nodes are freed at the end.
        found.map(|node| unsafe { node.as_ref() }.value.with(|value| unsafe { *value }))
    }

    /// Searches again, as a miss does.
    fn find_locked(&self, address: usize) -> Option<u32> {
        let _writer = self.writer.lock().unwrap();
        // SAFETY: the writer.
        let found = unsafe { self.index.find(hash_of(address), |node| Stub::address(node) == address) };
        // SAFETY: as above.
        found.map(|node| unsafe { node.as_ref() }.value.with(|value| unsafe { *value }))
    }

    /// Searches as a call does: it may miss once, but not twice.
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

/// Addresses of one tag whose hashes begin with these bits each: chunks split by the first, then by the second.
fn alike<const N: usize>(prefixes: [usize; N]) -> [usize; N] {
    let mut addresses = (1..).map(|n| n * 16).filter(|&address| Place::of(hash_of(address)).tag() == 0x42);
    prefixes
        .map(|prefix| addresses.find(|&address| Place::of(hash_of(address)).prefix(2) == prefix).expect("one in 512"))
}

/// A reader searches for `sought` while `act` runs.
fn hits_while<const N: usize>(before: [usize; N], sought: usize, act: impl Fn(&Table) + Sync + Send + 'static) {
    loom::model(move || {
        let table = Table::new();
        for (n, address) in before.into_iter().enumerate() {
            table.add(address, if address == sought { 1 } else { n as u32 + 2 });
        }
        let theirs = Arc::clone(&table);
        let hit = thread::spawn(move || theirs.hit(sought));
        act(&table);
        assert_eq!(hit.join().unwrap(), Some(1));
        assert_eq!(table.find(sought), Some(1));
    });
}

#[test]
fn loom_a_hit_finds_its_living_object_through_growth() {
    let [a, b] = alike([0b11, 0b01]);
    hits_while([a], a, move |table| table.add(b, 2));
}

#[test]
fn loom_a_hit_finds_its_living_object_while_the_directory_grows() {
    let [a, b] = alike([0b11, 0b10]);
    hits_while([a], a, move |table| table.add(b, 2));
}

#[test]
fn loom_a_hit_finds_its_living_object_while_others_go() {
    let [a, b] = alike([0b11, 0b11]);
    hits_while([b, a], a, move |table| assert!(table.remove(b).is_some()));
}

#[test]
fn loom_a_hit_finds_its_living_object_on_a_further_page() {
    let [a, b, c] = alike([0b11; 3]);
    hits_while([b, c, a], a, move |table| assert!(table.remove(b).is_some()));
}

#[test]
fn loom_a_hit_finds_its_living_object_while_the_table_shrinks() {
    let [a, b] = alike([0b11, 0b01]);
    hits_while([a, b], a, move |table| {
        assert!(table.remove(b).is_some());
        assert_eq!(table.writer.lock().unwrap().0.chunks, [1, 0, 0]);
    });
}

#[test]
fn loom_a_hit_finds_its_living_object_while_the_directory_shrinks() {
    let [a, b] = alike([0b11, 0b10]);
    hits_while([a, b], a, move |table| {
        assert!(table.remove(b).is_some());
        assert_eq!(table.index.directory().depth(), 1);
    });
}

/// A reader may be in a chunk that is no longer needed.
#[test]
fn loom_a_chunk_is_freed_when_its_readers_have_left() {
    loom::model(|| {
        let [a, b, c] = alike([0b11, 0b01, 0b11]);
        let table = Table::new();
        table.add(a, 1);
        table.add(b, 2);
        let theirs = Arc::clone(&table);
        let look = thread::spawn(move || theirs.find(c));
        assert!(table.remove(b).is_some());
        assert_eq!(table.writer.lock().unwrap().0.chunks, [1, 0, 0], "the second was retired");
        assert_eq!(look.join().unwrap(), None);
    });
}

/// A reader may also be in a directory that was outgrown.
#[test]
fn loom_a_directory_is_freed_when_its_readers_have_left() {
    loom::model(|| {
        let [a, b, c] = alike([0b11, 0b10, 0b01]);
        let table = Table::new();
        table.add(a, 1);
        let theirs = Arc::clone(&table);
        let look = thread::spawn(move || theirs.find(c));
        table.add(b, 2);
        assert_eq!(table.index.directory().depth(), 2);
        assert_eq!(look.join().unwrap(), None);
    });
}

#[test]
fn loom_an_insertion_is_seen_whole_or_not_at_all() {
    loom::model(|| {
        let [a] = alike([0b11]);
        let table = Table::new();
        let theirs = Arc::clone(&table);
        let hit = thread::spawn(move || theirs.find(a));
        table.add(a, 1);
        assert!(matches!(hit.join().unwrap(), None | Some(1)));
    });
}

/// A node is reassigned to another object during a look: it is not mistaken for the node that is sought.
#[test]
fn loom_a_node_that_is_used_again_is_another_objects() {
    loom::model(|| {
        let [a, b, c] = alike([0b11; 3]);
        let table = Table::new();
        table.add(a, 1);
        table.add(b, 2);
        let theirs = Arc::clone(&table);
        let hit = thread::spawn(move || theirs.hit(a));
        let node = table.remove(b).expect("it is there");
        {
            // As a pool does, for an object at another address.
            // SAFETY: nodes are freed at the end.
            let stub = unsafe { node.as_ref() };
            stub.address.store(c, Ordering::Release);
            let mut writer = table.writer.lock().unwrap();
            let (writer, retired) = &mut *writer;
            table.index.insert(writer, hash_of(c), node, retired);
            table.free(retired.take());
        }
        assert_eq!(hit.join().unwrap(), Some(1));
    });
}

/// The address of a dead object is given to a new one, whose owner searches for it: it must not find the old node.
#[test]
fn loom_an_address_that_is_used_again_is_another_object() {
    loom::model(|| {
        let [a, b] = alike([0b11; 2]);
        let table = Table::new();
        table.add(a, 1);
        table.add(b, 2);
        // As the allocator does: the memory is freed, and handed out again.
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
        let [a, b] = alike([0b11; 2]);
        let table = Table::new();
        table.add(a, 1);
        let theirs = Arc::clone(&table);
        let other = thread::spawn(move || theirs.remove(a).is_some());
        let mine = table.remove(a).is_some();
        table.add(b, 2);
        assert!(mine ^ other.join().unwrap());
    });
}

/// A reader may be in pages that were outgrown.
#[test]
fn loom_pages_are_freed_when_their_readers_have_left() {
    loom::model(|| {
        let [a, b, c, d] = alike([0b11, 0b10, 0b01, 0b00]);
        let index = Arc::new((Compact::<Stub>::default(), Readers::new(), Reader::new()));
        // SAFETY: it outlives the threads of its model.
        unsafe { index.1.add(&index.2) };
        let mut writer = CompactWriter::default();
        let nodes = [a, b, c, d].map(|address| Stub::new(address, 7));
        let insert = |writer: &mut CompactWriter, at: usize| {
            let mut retired = RetiredMemory::new();
            let (index, readers, _) = &*index;
            // SAFETY: nodes are freed at the end.
            index.insert(writer, hash_of(unsafe { Stub::address(nodes[at]) }), nodes[at], &mut retired);
            if readers.have_left(None) {
                // SAFETY: unpublished, and the reader has left: what the model is to show.
                unsafe { retired.free() };
            }
        };
        // The first page has room for two here, and the next pages for three.
        (0..3).for_each(|at| insert(&mut writer, at));
        let theirs = Arc::clone(&index);
        let look = thread::spawn(move || {
            let (index, _, reader) = &*theirs;
            let is = |node| unsafe { Stub::address(node) } == a;
            // SAFETY: marked as looking.
            let find = || match unsafe { index.guess(hash_of(a), is) } {
                Guess::Node(node) => Some(node),
                Guess::Nothing => None,
                // SAFETY: as above.
                Guess::Unsure => unsafe { index.find(hash_of(a), is) },
            };
            reader.look(fence::light, find).is_some()
        });
        insert(&mut writer, 3);
        look.join().unwrap();
        // SAFETY: the writer.
        assert!(unsafe { index.0.find(hash_of(a), |node| Stub::address(node) == a) }.is_some());
        for node in nodes {
            // SAFETY: leaked in `Stub::new`; all threads have ended.
            drop(unsafe { Box::from_raw(node.as_ptr()) });
        }
    });
}
