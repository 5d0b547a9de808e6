//! Readers without a lock beside one writer. (The lock is std's, so models have no second one.)

use std::sync::atomic::AtomicU32 as Tally;

use loom::sync::Arc;
use loom::thread;

use super::*;
use crate::sys::hazard::registry::{Reader, Readers};
use crate::sys::sync::UnsafeCell;

/// A content that notices who looks while it is dropped. `STAYS`: see [`Mortal::STAYS`].
struct Value<const STAYS: bool> {
    whole: UnsafeCell<u32>,
    drops: Arc<Drops>,
}

/// Not loom's: it orders nothing.
struct Drops(Tally);

impl<const STAYS: bool> Value<STAYS> {
    fn read(&self) -> u32 {
        // SAFETY: what the models are to show.
        self.whole.with(|at| unsafe { *at })
    }
}

impl<const STAYS: bool> Drop for Value<STAYS> {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.whole.with_mut(|at| unsafe { *at = 0 });
        self.drops.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl<const STAYS: bool> Mortal for Value<STAYS> {
    const QUIET: bool = true;
    const STAYS: bool = STAYS;
    fn is_dead(&self) -> bool {
        false
    }
}

/// A shard.
struct World<const STAYS: bool> {
    shard: Shard<Value<STAYS>>,
    readers: Readers,
    mine: [Reader; 2],
    drops: Arc<Drops>,
}

impl<const STAYS: bool> World<STAYS> {
    /// With a node of 7 under the hash 1.
    fn new(readers: usize) -> Arc<Self> {
        let world = Self::empty(readers);
        world.add(7);
        world
    }

    fn empty(readers: usize) -> Arc<Self> {
        let world = Arc::new(Self {
            shard: Shard::new(),
            readers: Readers::new(),
            mine: [Reader::new(), Reader::new()],
            drops: Arc::new(Drops(Tally::new(0))),
        });
        for reader in &world.mine[..readers] {
            // SAFETY: in an allocation, which it goes with.
            unsafe { world.readers.add(reader) };
        }
        world
    }

    fn add(&self, whole: u32) {
        self.shard.with(|shard| shard.add(1, 16, self.value(whole)));
    }

    fn value(&self, whole: u32) -> Value<STAYS> {
        let value = Value { whole: UnsafeCell::new(0), drops: Arc::clone(&self.drops) };
        // SAFETY: not shared yet.
        value.whole.with_mut(|at| unsafe { *at = whole });
        value
    }

    /// As [`Shard::look`], by a reader of the model's.
    fn look<R>(&self, by: usize, read: impl FnMut(&Node<Value<STAYS>>) -> Option<R>) -> Option<R> {
        self.mine[by].look(fence::full, || {
            // SAFETY: marked as looking.
            let array = unsafe { self.shard.array() }?;
            // SAFETY: as above.
            unsafe { array.search(1, read) }
        })
    }

    /// As `Table::hold`.
    fn held(&self, by: usize) -> Option<u32> {
        loop {
            // SAFETY: of this table, which is borrowed.
            if let Some(held) = self.look(by, |node| Some(unsafe { Held::new(node) }))? {
                return Some(Value::read(&held));
            }
            thread::yield_now();
        }
    }

    fn looked_at(&self, by: usize) -> Option<u32> {
        // SAFETY: such a content stays as long as somebody looks.
        self.look(by, |node| Some(unsafe { &*node.content() }.read()))
    }

    fn first(&self) -> Held<'_, Value<STAYS>> {
        self.shard.with(|shard| shard.first(1)).expect("it is in")
    }

    fn take(&self) {
        let first = self.first();
        drop(self.shard.with(|shard| shard.take(&first)));
    }

    fn replace(&self, whole: u32) {
        let first = self.first();
        drop(self.shard.with(|shard| shard.replace(&first, 16, self.value(whole))));
    }

    /// As [`Shard::free`].
    fn free(&self) {
        let unlinked = self.shard.lock().unlinked.take();
        let left = self.readers.have_left(None);
        // SAFETY: as is said.
        unsafe { self.shard.take_back(unlinked, left) };
    }

    fn drops(&self) -> u32 {
        self.drops.0.load(Ordering::Relaxed)
    }
}

fn one_of(values: &[u32], seen: Option<u32>) {
    assert!(seen.is_none_or(|value| values.contains(&value)), "{seen:?}");
}

#[test]
fn loom_a_held_content_is_dropped_once_by_the_last_holder() {
    loom::model(|| {
        let world = World::<false>::new(1);
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || one_of(&[7], theirs.held(0)));
        world.take();
        world.free();
        reader.join().unwrap();
        assert_eq!(world.drops(), 1);
    });
}

#[test]
fn loom_what_is_added_is_whole() {
    loom::model(|| {
        let world = World::<false>::empty(1);
        // So that there is an array.
        world.shard.with(|shard| shard.add(2, 16, world.value(6)));
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || one_of(&[7], theirs.held(0)));
        world.add(7);
        reader.join().unwrap();
    });
}

#[test]
fn loom_two_hold_one_content() {
    loom::model(|| {
        let world = World::<false>::new(2);
        let readers = [0, 1].map(|by| {
            let world = Arc::clone(&world);
            thread::spawn(move || one_of(&[7], world.held(by)))
        });
        world.take();
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        assert_eq!(world.drops(), 1);
    });
}

#[test]
fn loom_what_is_replaced_is_never_missed() {
    loom::model(|| {
        let world = World::<false>::new(1);
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || {
            let seen = theirs.held(0);
            assert!(seen == Some(7) || seen == Some(8), "{seen:?}");
        });
        world.replace(8);
        world.free();
        reader.join().unwrap();
        assert_eq!(world.drops(), 1);
    });
}

#[test]
fn loom_a_content_that_stays_is_dropped_when_nobody_looks() {
    loom::model(|| {
        let world = World::<true>::new(1);
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || one_of(&[7], theirs.looked_at(0)));
        world.take();
        world.free();
        reader.join().unwrap();
        world.free();
        assert_eq!(world.drops(), 1);
    });
}

#[test]
fn loom_a_new_array_hides_nothing() {
    loom::model(|| {
        let world = World::<false>::new(1);
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || assert_eq!(theirs.held(0), Some(7)));
        world.shard.with(|shard| shard.rebuild(20));
        world.free();
        reader.join().unwrap();
        assert_eq!(world.drops(), 0);
    });
}

/// A sweep beside a reader. `have_left`: what it is told of the readers.
fn sweep_beside_a_reader(have_left: fn(&World<false>) -> bool) {
    loom::model(move || {
        let world = World::<false>::new(1);
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || one_of(&[7], theirs.held(0)));
        let taken = world.shard.take_those(&mut None, |_| true).expect("a part");
        assert_eq!(taken.len(), 1);
        // SAFETY: what the model is to show, or to refute.
        unsafe { Held::drop_all(taken, || have_left(&world)) };
        reader.join().unwrap();
        assert_eq!(world.drops(), 1);
    });
}

#[test]
fn loom_a_sweep_drops_a_content_once_beside_a_reader() {
    sweep_beside_a_reader(|world| world.readers.have_left(None));
}

/// Why a sweep asks whether they have left.
#[test]
#[should_panic(expected = "Causality violation")]
fn loom_what_a_sweep_drops_at_once_may_be_held() {
    sweep_beside_a_reader(|_| true);
}

/// Why the fence, and the wait for who looks.
#[test]
#[should_panic(expected = "Causality violation")]
fn loom_what_is_freed_at_once_may_be_looked_at() {
    loom::model(|| {
        let world = World::<true>::new(1);
        let theirs = Arc::clone(&world);
        let reader = thread::spawn(move || one_of(&[7], theirs.looked_at(0)));
        world.take();
        let unlinked = world.shard.lock().unlinked.take();
        // SAFETY: what the model is to refute.
        unsafe { world.shard.take_back(unlinked, true) };
        reader.join().unwrap();
    });
}
