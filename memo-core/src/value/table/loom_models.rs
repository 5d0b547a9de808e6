//! A hit that looks at a table without its lock, while entries come and go.

use std::sync::Arc as Plain;
use std::sync::atomic::AtomicU32 as Tally;

use loom::sync::{Arc, Mutex};
use loom::thread;

use super::*;
use crate::sys::fence;
use crate::sys::hazard::own;
use crate::sys::hazard::registry::{Reader, Readers};
use crate::sys::hazard::retire::{Domain, RetireList};
use crate::sys::sync::{Ordering, UnsafeCell};
use crate::value::entry::SeenKey;
use crate::value::look;
use crate::value::slot::Slot;
use crate::value::store::{new_entries, new_entry};

/// A key or a value that detects reads while it is dropped. (Its tally is not loom's: it orders nothing.)
struct Watched(UnsafeCell<u32>, Plain<Tally>);

impl Watched {
    fn new(whole: u32, drops: &Plain<Tally>) -> Self {
        Self(UnsafeCell::new(whole), Plain::clone(drops))
    }

    fn read(&self) -> u32 {
        // SAFETY: what the models are to show.
        self.0.with(|whole| unsafe { *whole })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.0.with_mut(|whole| unsafe { *whole = 0 });
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

type Entries = Table<Watched, Watched>;

struct World {
    front: Compact<Indexed>,
    table: Mutex<Entries>,
    readers: Readers,
    retired: RetireList,
    reader: Reader,
    keys: Plain<Tally>,
    values: Plain<Tally>,
    key: SeenKey,
}

impl World {
    fn new(key: SeenKey) -> Arc<Self> {
        let world = Arc::new(Self {
            front: Compact::default(),
            table: Mutex::new(Table::default()),
            readers: Readers::new(),
            retired: RetireList::new(),
            reader: Reader::new(),
            keys: Plain::default(),
            values: Plain::default(),
            key,
        });
        // SAFETY: in an allocation, with which it ends.
        unsafe { world.readers.add(&world.reader) };
        own::set_readers(&world.readers);
        world
    }

    /// An entry whose key, hash and value are alike.
    fn add(&self, key: u32) {
        let slot = Slot::full(Watched::new(key, &self.values));
        let entry = new_entry::<Entries>(slot, Watched::new(key, &self.keys), u64::from(key));
        let mut table = self.table.lock().unwrap();
        table.insert(&self.front, entry, InsertInto::Seen(self.key));
        self.free(table.retired());
    }

    /// Memory that readers may be inside.
    fn free(&self, retired: Option<Box<RetiredMemory>>) {
        let Some(retired) = retired else { return };
        if self.readers.have_left(None) {
            // SAFETY: all have left.
            unsafe { retired.free() };
        }
    }

    /// Removes an entry, as `forget` does.
    fn remove(&self, key: u32) {
        let taken = {
            let mut table = self.table.lock().unwrap();
            let found = table.search(&self.front, u64::from(key), &mut |node| {
                // SAFETY: in the table.
                unsafe { node.as_ref() }.meta.key().read() == key
            });
            let taken = found.map(|node| table.take(&self.front, node));
            self.free(table.retired());
            taken
        };
        if let Some(taken) = taken {
            let Ok(retired) = taken.into_retired() else { panic!("hits of all threads may hold it") };
            drop(self.domain().scan_fenced(None, retired));
        }
    }

    fn domain(&self) -> Domain<'_> {
        Domain { readers: &self.readers, retired: &self.retired }
    }

    /// A hit that compares while it looks, and reads the value under its hazard pointer.
    fn hit(&self, key: u32) -> Option<u32> {
        let is = |entry: &Entry<Keyed<Watched>, Watched>| entry.meta.key().read() == key;
        let (front, reader, domain) = (&self.front, &self.reader, self.domain());
        let held = look::hold::<Entries>(front, reader, domain, true, fence::light, u64::from(key), is)?;
        Some(held.get()?.slot.get()?.read())
    }

    /// The same, comparing under the hazard pointer only.
    fn hit_outside(&self, key: u32) -> Option<u32> {
        let (front, reader, domain) = (&self.front, &self.reader, self.domain());
        let held = look::hold::<Entries>(front, reader, domain, true, fence::light, u64::from(key), |_| true)?;
        let entry = held.get()?;
        (entry.meta.key().read() == key).then(|| entry.slot.get().map(Watched::read))?
    }
}

const COMPARED: SeenKey = SeenKey::Compared { keeps: 0 };

#[test]
fn loom_an_entry_is_looked_at_while_it_is_taken_out() {
    loom::model(|| {
        let world = World::new(COMPARED);
        world.add(7);
        let theirs = Arc::clone(&world);
        let hit = thread::spawn(move || assert!(matches!(theirs.hit(7), None | Some(7))));
        world.remove(7);
        hit.join().unwrap();
        assert_eq!(world.values.load(Ordering::Relaxed), 1, "by whoever was last, once");
    });
}

#[test]
fn loom_a_key_of_the_users_is_compared_while_its_entry_is_taken_out() {
    loom::model(|| {
        let world = World::new(SeenKey::Unseen);
        world.add(7);
        let theirs = Arc::clone(&world);
        let hit = thread::spawn(move || assert!(matches!(theirs.hit_outside(7), None | Some(7))));
        world.remove(7);
        hit.join().unwrap();
        let drops = [&world.keys, &world.values].map(|drops| drops.load(Ordering::Relaxed));
        assert_eq!(drops, [1, 1], "by whoever was last, once");
    });
}

#[test]
fn loom_an_entry_is_found_through_growth() {
    loom::model(|| {
        let world = World::new(COMPARED);
        world.add(7);
        world.add(1);
        let theirs = Arc::clone(&world);
        let hit = thread::spawn(move || assert!(matches!(theirs.hit(7), None | Some(7))));
        // A third: a page has room for two here.
        world.add(2);
        hit.join().unwrap();
        assert_eq!(world.hit(7), Some(7));
    });
}

#[test]
fn loom_an_entry_that_is_replaced_is_whole() {
    loom::model(|| {
        let world = World::new(COMPARED);
        world.add(7);
        let theirs = Arc::clone(&world);
        let hit = thread::spawn(move || assert!(matches!(theirs.hit(7), None | Some(7))));
        world.remove(7);
        world.add(7);
        hit.join().unwrap();
        assert_eq!(world.hit(7), Some(7));
        assert_eq!(world.values.load(Ordering::Relaxed), 1);
    });
}

/// A flight that becomes ready beside a hit is seen whole or not at all.
#[test]
fn loom_a_flight_turns_ready_beside_a_hit() {
    loom::model(|| {
        let world = World::new(COMPARED);
        let key = Watched::new(7, &world.keys);
        let (entry, stored) = new_entries::<Entries>(Slot::claimed(1), key, 7);
        world.table.lock().unwrap().insert(&world.front, stored, InsertInto::Seen(COMPARED));
        let theirs = Arc::clone(&world);
        let hit = thread::spawn(move || assert!(matches!(theirs.hit(7), None | Some(7))));
        entry.slot.fill(Watched::new(7, &world.values));
        hit.join().unwrap();
        drop(entry);
        assert_eq!(world.hit(7), Some(7));
    });
}
