//! What the combinations do not reach.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use memo_core::weak::{Interner, WeakKeyMap, WeakValueMap, unsync};
use memo_tests::{Tally, Token, alone, panic_of};

use crate::hashers::Colliding;
use crate::things::{Place, Role, Things};

/// A value whose destructor does something, and those of so many generations of its clones.
struct OnDrop(Arc<dyn Fn() + Send + Sync>, usize);

impl Clone for OnDrop {
    fn clone(&self) -> Self {
        match self.1 {
            0 => Self(Arc::new(|| ()), 0),
            n => Self(Arc::clone(&self.0), n - 1),
        }
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// 71: what panics when it is dropped is in nobody's way.
#[derive(Clone)]
struct Bomb(#[expect(dead_code, reason = "counted")] Token);

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("a bomb"));
    }
}

/// So large that a hundred of them lie in several parts of a map, wherever an allocator puts them.
type Page = [usize; 512];

fn bombs(n: usize) -> (Tally, Vec<Arc<Page>>, WeakKeyMap<Arc<Page>, Bomb>) {
    let (tally, keys, map) = (Tally::new(), (0..n).map(|n| Arc::new([n; 512])).collect::<Vec<_>>(), WeakKeyMap::new());
    for key in &keys {
        map.insert(key, Bomb(tally.token()));
    }
    (tally, keys, map)
}

#[test]
fn a_panic_in_a_destructor_does_not_keep_the_rest() {
    alone(|| {
        let (tally, _keys, map) = bombs(100);
        assert_eq!(panic_of(|| map.retain(|_, _| false)), "a bomb");
        assert_eq!((tally.alive(), map.stored_len()), (0, 0), "retain");

        let (tally, _keys, map) = bombs(100);
        assert_eq!(panic_of(|| map.clear()), "a bomb");
        assert_eq!((tally.alive(), map.stored_len()), (0, 0), "clear");

        let (tally, keys, map) = bombs(100);
        drop(keys);
        assert_eq!(panic_of(|| map.sweep()), "a bomb");
        assert_eq!((tally.alive(), map.stored_len()), (0, 0), "sweep");

        let (tally, keys, map) = bombs(100);
        drop(keys);
        assert_eq!(panic_of(memo_core::sweep), "a bomb");
        assert_eq!((tally.alive(), map.stored_len()), (0, 0), "sweep of all");

        let (tally, _keys, map) = bombs(100);
        assert_eq!(panic_of(|| drop(map)), "a bomb");
        assert_eq!(tally.alive(), 0, "the map's end");
    });
}

#[test]
fn a_panic_in_a_keys_destructor_does_not_keep_the_rest() {
    alone(|| {
        let things = Things::default();
        let objects: Vec<_> = (0..100).map(|number| things.object(number)).collect();
        let map = WeakValueMap::new();
        for object in &objects {
            map.insert(things.owned(object.number), object);
        }
        things.trap.set(Place::Drop(Role::Owned), || panic!("a bomb"));
        assert_eq!(panic_of(|| map.retain(|_, _| false)), "a bomb");
        assert_eq!((things.tally.alive(), map.stored_len()), (100, 0));
    });
}

/// What a closure or an iterator holds when it panics, or is dropped by a panic, may be a bomb, too.
#[test]
fn two_panics_at_once_do_not_end_the_process() {
    alone(|| {
        let (tally, keys, map) = bombs(1);
        let said = panic_of(|| {
            map.update(&keys[0], |_| {
                map.retain(|_, _| false);
                panic!("the closure")
            })
        });
        assert_eq!(said, "the closure");
        assert_eq!(tally.alive(), 0);

        // The old value goes while the new one is not needed.
        let (tally, keys, map) = bombs(1);
        let said = panic_of(|| {
            map.update(&keys[0], |_| {
                map.clear();
                Bomb(tally.token())
            })
        });
        assert_eq!((&*said, tally.alive()), ("a bomb", 0));

        let (tally, _keys, map) = bombs(100);
        let mut iterator = map.keys();
        assert!(iterator.next().is_some());
        assert_eq!(panic_of(|| map.clear()), "a bomb");
        assert_eq!(panic_of(|| drop(iterator)), "a bomb");
        assert_eq!(tally.alive(), 0);
    });
}

/// An iterator has the last handle of a key when a `Clone` panics.
#[test]
fn a_clone_may_drop_the_key_and_panic() {
    struct Owns(Mutex<Option<Arc<Bomb>>>);
    impl Clone for Owns {
        fn clone(&self) -> Self {
            drop(self.0.lock().expect("nobody panics under it").take());
            std::panic::resume_unwind(Box::new("a clone"));
        }
    }
    alone(|| {
        let (tally, map) = (Tally::new(), WeakKeyMap::new());
        let key = Arc::new(Bomb(tally.token()));
        map.insert(&key, Owns(Mutex::new(Some(Arc::clone(&key)))));
        drop(key);
        assert_eq!(panic_of(|| map.iter().count()), "a clone");
        assert_eq!((tally.alive(), map.len()), (0, 0));
    });
}

/// The new value that `update` has no use for is dropped with no lock held.
#[test]
fn what_an_update_does_not_need_may_use_the_map() {
    alone(|| {
        type Map = WeakKeyMap<Arc<u32>, OnDrop>;
        static MAP: Map = Map::new();
        let key = Arc::new(1);
        let seen = Arc::new(AtomicUsize::new(0));
        let value = || {
            let seen = Arc::clone(&seen);
            OnDrop(
                Arc::new(move || {
                    seen.fetch_add(1 + MAP.stored_len(), Ordering::SeqCst);
                }),
                1,
            )
        };
        MAP.insert(&key, value());
        let updated = MAP.update(&key, |_| {
            MAP.remove(&key);
            value()
        });
        assert!(updated.is_none());
        // The first, its clone that `remove` made, the new one and its clone.
        assert_eq!((seen.load(Ordering::SeqCst), MAP.stored_len()), (4, 0));
    });
}

/// An `update` that finds its value set meanwhile is asked again.
#[test]
fn an_update_that_sets_the_value_itself_is_called_again() {
    let (map, key) = (WeakKeyMap::new(), Arc::new(()));
    map.insert(&key, 1);
    let mut calls = 0;
    let updated = map.update(&key, |old| {
        calls += 1;
        if calls == 1 {
            map.insert(&key, 10);
        }
        old + 1
    });
    assert_eq!((updated, map.get(&key), calls), (Some(11), Some(11), 2));
}

/// 21, 89: what was not given back was not stored.
#[test]
fn a_clone_that_panics_leaves_nothing() {
    alone(|| {
        let things = Things::default();
        let (map, key) = (WeakKeyMap::new(), Arc::new(()));
        things.trap.set(Place::Clone(Role::Owned), || panic!("a clone"));
        assert_eq!(panic_of(|| map.get_or_insert_with(&key, || things.owned(1))), "a clone");
        assert_eq!((map.stored_len(), things.tally.alive()), (0, 0));
        map.insert(&key, things.owned(2));
        things.trap.set(Place::Clone(Role::Owned), || panic!("a clone"));
        assert_eq!(panic_of(|| map.update(&key, |_| things.owned(3))), "a clone");
        assert_eq!(map.get(&key).map(|value| value.number), Some(2));
        assert_eq!(things.tally.alive(), 1);
    });
}

/// The keys of dead values, equal or not, are dropped in passing, and quietly.
#[test]
fn panics_of_the_dead_do_not_come_out_of_an_insertion() {
    alone(|| {
        let things = Things::default();
        let (dead, new) = (things.object(1), things.object(2));
        let map = WeakValueMap::<_, _, Colliding>::default();
        map.insert(things.owned(1), &dead);
        drop(dead);
        things.trap.set(Place::Drop(Role::Owned), || std::panic::resume_unwind(Box::new("the dead one's")));
        assert!(map.insert(things.owned(2), &new).is_none());
        assert!(map.get(&things.owned(2)).is_some());

        let map = WeakValueMap::<_, _, Colliding>::default();
        map.insert(things.owned(1), &things.object(1));
        // The key that is made for the question goes first.
        let key = things.owned(2);
        things.trap.set(Place::Drop(Role::Owned), || std::panic::resume_unwind(Box::new("the dead one's")));
        let made = catch_unwind(AssertUnwindSafe(|| map.get_or_insert_with(key, || Arc::clone(&new))));
        assert!(made.is_ok());
        assert_eq!(map.len(), 1);
    });
}

/// 92: an `Eq` that lies, one way, the other, or by turns: wrong answers, and nothing worse.
#[test]
fn keys_that_lie_about_their_equality_do_no_harm() {
    use std::sync::atomic::AtomicU32;
    struct Liar<'t>(u32, &'t AtomicU32, #[expect(dead_code, reason = "counted")] Token);
    impl std::hash::Hash for Liar<'_> {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Liar<'_> {
        fn eq(&self, _: &Self) -> bool {
            match self.0 {
                0 => false,
                1 => true,
                _ => self.1.fetch_add(1, Ordering::Relaxed) % 3 == 0,
            }
        }
    }
    impl Eq for Liar<'_> {}
    alone(|| {
        static TURN: AtomicU32 = AtomicU32::new(0);
        for how in 0..3 {
            let tally = Tally::new();
            let key = || Liar(how, &TURN, tally.token());
            let (map, mut own) = (WeakValueMap::new(), unsync::WeakValueMap::new());
            let (interner, values) = (Interner::new(), (0..50).map(Arc::new).collect::<Vec<_>>());
            let mut interned = Vec::new();
            for value in &values {
                map.insert(key(), value);
                own.insert(key(), value);
                interned.push(interner.intern(key()));
                drop((map.get(&key()), map.remove(&key()), own.get(&key()), own.remove(&key())));
                drop((map.get_or_insert_with(key(), || Arc::clone(value)), interner.get(&key())));
            }
            assert!(map.len() <= 100 && own.len() <= 50 && interner.len() <= 50);
            assert_eq!((map.values().count(), own.len()), (map.len(), own.keys().count()));
            drop((values, interned));
            map.sweep();
            own.sweep();
            assert_eq!((map.stored_len(), own.stored_len(), interner.len(), tally.alive()), (0, 0, 0, 0));
        }
    });
}

/// 51: a value owns the map that it is in.
#[test]
fn a_map_that_only_its_own_value_owns_goes_with_it() {
    alone(|| {
        #[derive(Clone)]
        struct Owns(
            #[expect(dead_code, reason = "it owns it")] Arc<WeakKeyMap<Arc<u32>, Owns>>,
            #[expect(dead_code, reason = "counted")] Token,
        );
        let tally = Tally::new();
        let (map, keys) = (Arc::new(WeakKeyMap::new()), [1, 2, 3].map(Arc::new));
        let others = Arc::downgrade(&map);
        for key in &keys {
            map.insert(key, Owns(Arc::clone(&map), tally.token()));
        }
        drop(map);
        drop(keys);
        assert!(others.upgrade().is_some());
        memo_core::sweep();
        assert!(others.upgrade().is_none());
        assert_eq!(tally.alive(), 0);
    });
}

/// A destructor that waits for another thread, which uses the map: of whatever was removed, replaced, cleared or found dead.
#[test]
fn destructors_may_wait_for_others_who_use_the_map() {
    alone(|| {
        type Map = WeakKeyMap<Arc<u32>, OnDrop>;
        static MAP: Map = Map::new();
        fn value() -> OnDrop {
            OnDrop(
                Arc::new(|| {
                    let all = || {
                        let key = Arc::new(0);
                        let quiet = || OnDrop(Arc::new(|| ()), 0);
                        MAP.insert(&key, quiet());
                        MAP.get(&key);
                        MAP.iter().for_each(drop);
                        MAP.update(&key, |_| quiet());
                        MAP.sweep();
                        MAP.remove(&key);
                        MAP.reserve(100);
                        MAP.shrink_to_fit();
                    };
                    std::thread::spawn(all).join().expect("it ends");
                }),
                0,
            )
        }
        let key = Arc::new(1);
        MAP.insert(&key, value());
        MAP.insert(&key, value());
        MAP.remove(&key);
        MAP.insert(&key, value());
        MAP.retain(|_, _| false);
        MAP.insert(&key, value());
        MAP.clear();
        for _ in 0..100 {
            MAP.insert(&Arc::new(2), value());
        }
        MAP.sweep();
        MAP.insert(&Arc::new(3), value());
        memo_core::sweep();
        assert_eq!(MAP.stored_len(), 0);
    });
}

/// 48, in both directions, and through the map itself.
#[test]
fn values_that_own_each_others_keys_stay_until_they_are_taken_out() {
    let tally = Tally::new();
    type Owns = Mutex<Option<Arc<u32>>>;
    let map = WeakKeyMap::<Arc<u32>, Arc<(Token, Owns)>>::new();
    let keys = [1, 2].map(Arc::new);
    for (at, key) in keys.iter().enumerate() {
        map.insert(key, Arc::new((tally.token(), Mutex::new(Some(Arc::clone(&keys[1 - at]))))));
    }
    drop(keys);
    map.sweep();
    assert_eq!((map.len(), tally.alive()), (2, 2), "as the docs say");
    let values: Vec<_> = map.values().collect();
    values.into_iter().for_each(|value| drop(value.1.lock().expect("nobody panics").take()));
    map.sweep();
    assert_eq!((map.stored_len(), tally.alive()), (0, 0));
}
