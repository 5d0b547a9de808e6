//! Weak maps, sets and the interner: meetings on two and three threads, by hand.
//!
//! What is looked at is what each was told, which has to add up, and that in the end every value was dropped. A map has its table before the
//! threads begin: it is made under a lock of `std`, which knows nothing of the scheduler.

use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex};

use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};
use memo_tests::{Tally, Token};
use shuttle::thread::{self, JoinHandle};

use crate::memos::point;

pub(crate) fn all() -> Vec<(&'static str, fn())> {
    vec![
        ("two intern a value that a third drops", interning),
        ("three intern a new value", interning_new),
        ("three intern and drop a value, one clears", interning_and_clearing),
        ("insert, remove and get of one key", one_key),
        ("two updates and a remove", updates),
        ("two make what a third lets die", made_and_dying),
        ("a key at the address of another", address),
        ("look-ups beside a table that grows and shrinks", growing),
        ("iteration beside insertion and sweeps", iterating),
        ("a map is dropped beside a sweep", dropping),
    ]
}

type Value = (u32, Token);
/// The same in each run.
type Hashes = BuildHasherDefault<DefaultHasher>;
type Named = WeakValueMap<u32, Arc<Token>, Hashes>;

fn interner() -> Arc<Interner<Token, Hashes>> {
    Arc::new(Interner::with_hasher(Hashes::default()))
}

fn go(act: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    thread::spawn(act)
}

fn end(all: impl IntoIterator<Item = JoinHandle<()>>) {
    all.into_iter().for_each(|thread| thread.join().expect("no panics"));
}

/// The address of the one object of a value that is held, and by how many.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<BTreeMap<usize, usize>>>);

impl Held {
    /// Holds it for a while, in which nobody may hold another.
    fn hold(&self, object: Arc<Token>) {
        let address = Arc::as_ptr(&object).addr();
        {
            let mut held = self.0.lock().expect("no panics");
            *held.entry(address).or_default() += 1;
            assert_eq!(held.len(), 1, "two living objects of one value");
        }
        (0..5).for_each(|_| point());
        let mut held = self.0.lock().expect("no panics");
        *held.get_mut(&address).expect("held") -= 1;
        held.retain(|_, holders| *holders > 0);
    }
}

fn interning() {
    let (tally, held, interner) = (Tally::new(), Held::default(), interner());
    let first = interner.intern(tally.token());
    let intern = || {
        let (interner, tally, held) = (Arc::clone(&interner), tally.clone(), held.clone());
        go(move || {
            for _ in 0..2 {
                held.hold(interner.intern(tally.token()));
            }
        })
    };
    let threads = [intern(), intern(), go(move || drop(first))];
    end(threads);
    assert_eq!((interner.len(), tally.alive()), (0, 0));
    let last = interner.intern(tally.token());
    assert!(interner.contains(&last) && interner.get(&*last).is_some_and(|there| Arc::ptr_eq(&there, &last)));
}

fn interning_new() {
    let (tally, held, interner) = (Tally::new(), Held::default(), interner());
    interner.reserve(1);
    let intern = || {
        let (interner, tally, held) = (Arc::clone(&interner), tally.clone(), held.clone());
        go(move || {
            let object = interner.intern(tally.token());
            assert!(interner.get(&*object).is_some_and(|there| Arc::ptr_eq(&there, &object)));
            held.hold(object);
        })
    };
    end([intern(), intern(), intern()]);
    assert_eq!((interner.len(), tally.alive()), (0, 0));
}

fn interning_and_clearing() {
    let (tally, interner) = (Tally::new(), interner());
    interner.reserve(1);
    let intern = || {
        let (interner, tally) = (Arc::clone(&interner), tally.clone());
        go(move || {
            let object = interner.intern(tally.token());
            point();
            drop(object);
            interner.sweep();
        })
    };
    let clears = {
        let interner = Arc::clone(&interner);
        go(move || {
            interner.clear();
            interner.shrink_to_fit();
        })
    };
    end([intern(), intern(), clears]);
    assert_eq!((interner.len(), tally.alive()), (0, 0));
}

/// Each value is told of once: where it was replaced, where it was taken out, or in the end.
fn one_key() {
    let (tally, map, key) = (Tally::new(), Arc::new(WeakKeyMap::<Arc<u32>, Value>::new()), Arc::new(0));
    map.insert(&key, (0, tally.token()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = |act: fn(&WeakKeyMap<Arc<u32>, Value>, &Arc<u32>, &Tally) -> Option<Value>| {
        let (map, key, tally, told) = (Arc::clone(&map), Arc::clone(&key), tally.clone(), Arc::clone(&told));
        go(move || {
            let one = act(&map, &key, &tally).map(|value| value.0);
            told.lock().expect("no panics").push(one);
        })
    };
    end([
        tell(|map, key, tally| map.insert(key, (1, tally.token()))),
        tell(|map, key, _| map.remove(key)),
        tell(|map, key, _| {
            assert!(map.get(key).is_none_or(|value| value.0 <= 1));
            assert!(map.get_ref(key).is_none_or(|value| value.0 <= 1));
            None
        }),
    ]);
    let last = map.get(&key).map(|value| value.0);
    let told = std::mem::take(&mut *told.lock().expect("no panics"));
    let mut all: Vec<_> = told.into_iter().flatten().chain(last).collect();
    all.sort_unstable();
    assert_eq!(all, [0, 1]);
    drop(key);
    map.sweep();
    assert_eq!((map.stored_len(), tally.alive()), (0, 0));
}

fn updates() {
    let (tally, map, key) = (Tally::new(), Arc::new(WeakKeyMap::<Arc<u32>, Value>::new()), Arc::new(0));
    map.insert(&key, (0, tally.token()));
    let update = |by: u32| {
        let (map, key, tally) = (Arc::clone(&map), Arc::clone(&key), tally.clone());
        go(move || {
            let new = map.update(&key, |old| {
                point();
                (old.0 + by, tally.token())
            });
            assert!(new.is_none_or(|new| new.0 >= by));
        })
    };
    let removed = Arc::new(Mutex::new(None));
    let remove = {
        let (map, key, removed) = (Arc::clone(&map), Arc::clone(&key), Arc::clone(&removed));
        go(move || {
            let out = map.remove(&key).map(|value| value.0);
            *removed.lock().expect("no panics") = out;
        })
    };
    end([update(1), update(10), remove]);
    let removed = removed.lock().expect("no panics").take().expect("it is taken out once");
    assert!([0, 1, 10, 11].contains(&removed) && map.get(&key).is_none());
    assert_eq!(tally.alive(), 0);
}

fn made_and_dying() {
    let (tally, key) = (Tally::new(), Arc::new(0));
    let named = Arc::new(Named::default());
    let both = Arc::new(WeakWeakMap::<Arc<u32>, Arc<Token>>::new());
    let first = Arc::new(tally.token());
    named.insert(1, &first);
    both.insert(&key, &first);
    let held = [Held::default(), Held::default()];
    let make = || {
        let (named, both, key) = (Arc::clone(&named), Arc::clone(&both), Arc::clone(&key));
        let (tally, held) = (tally.clone(), held.clone());
        go(move || {
            held[0].hold(named.get_or_insert_with(1, || Arc::new(tally.token())));
            held[1].hold(both.get_or_insert_with(&key, || Arc::new(tally.token())));
        })
    };
    let dies = {
        let (named, both) = (Arc::clone(&named), Arc::clone(&both));
        go(move || {
            drop(first);
            named.sweep();
            both.sweep();
        })
    };
    end([make(), make(), dies]);
    named.sweep();
    both.sweep();
    assert_eq!((named.stored_len(), both.stored_len(), tally.alive()), (0, 0, 0));
}

fn address() {
    let (tally, map) = (Tally::new(), Arc::new(WeakKeyMap::<Arc<u32>, Value>::new()));
    map.reserve(1);
    let renew = |number: u32| {
        let (map, tally) = (Arc::clone(&map), tally.clone());
        go(move || {
            for _ in 0..2 {
                let key = Arc::new(number);
                assert!(map.get(&key).is_none(), "of another key");
                assert!(map.insert(&key, (number, tally.token())).is_none());
                assert_eq!(map.get(&key).map(|value| value.0), Some(number));
            }
        })
    };
    let sweep = {
        let map = Arc::clone(&map);
        go(move || {
            map.sweep();
            memo_core::sweep();
        })
    };
    end([renew(1), renew(2), sweep]);
    map.sweep();
    assert_eq!((map.stored_len(), tally.alive()), (0, 0));
}

fn growing() {
    let (tally, map) = (Tally::new(), Arc::new(WeakKeyMap::<Arc<u32>, Value>::new()));
    let plain = Arc::new(WeakKeyMap::<Arc<u32>, u32>::new());
    let keys: Vec<_> = (0..3).map(Arc::new).collect();
    for key in &keys {
        map.insert(key, (**key, tally.token()));
        plain.insert(key, **key);
    }
    let look = {
        let (map, plain, key) = (Arc::clone(&map), Arc::clone(&plain), Arc::clone(&keys[0]));
        go(move || {
            for _ in 0..3 {
                assert_eq!(map.get(&key).map(|value| value.0), Some(0));
                assert_eq!((plain.get(&key), plain.contains_key(&key)), (Some(0), true));
            }
        })
    };
    let grow = {
        let (map, plain) = (Arc::clone(&map), Arc::clone(&plain));
        go(move || {
            map.reserve(200);
            plain.reserve(200);
            map.shrink_to_fit();
            plain.shrink_to_fit();
        })
    };
    let come_and_go = {
        let (map, plain, key, tally) = (Arc::clone(&map), Arc::clone(&plain), Arc::clone(&keys[1]), tally.clone());
        go(move || {
            assert!(map.remove(&key).is_some() && plain.remove(&key).is_some());
            assert!(map.insert(&key, (1, tally.token())).is_none() && plain.insert(&key, 1).is_none());
        })
    };
    end([look, grow, come_and_go]);
    assert_eq!((map.len(), plain.len()), (3, 3));
    drop((map, plain));
    assert_eq!(tally.alive(), 0);
}

fn iterating() {
    let (tally, map, set) = (Tally::new(), Arc::new(WeakKeyMap::<Arc<u32>, Value>::new()), Arc::new(WeakSet::new()));
    let (stays, goes) = (Arc::new(1), Arc::new(2));
    for key in [&stays, &goes] {
        map.insert(key, (**key, tally.token()));
        set.insert(key);
    }
    let iterate = {
        let (map, set) = (Arc::clone(&map), Arc::clone(&set));
        go(move || {
            assert_eq!(map.iter().filter(|(key, value)| (**key, value.0) == (1, 1)).count(), 1);
            assert_eq!(set.iter().filter(|key| **key == 1).count(), 1);
            map.retain(|key, _| **key == 1);
        })
    };
    let insert = {
        let (map, tally) = (Arc::clone(&map), tally.clone());
        go(move || {
            let key = Arc::new(3);
            map.insert(&key, (3, tally.token()));
            assert!(map.get(&key).is_none_or(|value| value.0 == 3));
        })
    };
    let die = {
        let (map, set) = (Arc::clone(&map), Arc::clone(&set));
        go(move || {
            drop(goes);
            map.sweep();
            set.sweep();
        })
    };
    end([iterate, insert, die]);
    assert_eq!((map.len(), set.len()), (1, 1));
    assert!(map.get(&stays).is_some_and(|value| value.0 == 1) && set.contains(&stays));
    drop(map);
    assert_eq!(tally.alive(), 0);
}

fn dropping() {
    let (tally, map) = (Tally::new(), WeakKeyMap::<Arc<u32>, Value>::new());
    let keys: Vec<_> = (0..3).map(Arc::new).collect();
    keys.iter().for_each(|key| drop(map.insert(key, (**key, tally.token()))));
    let sweep = || {
        go(|| {
            memo_core::sweep();
        })
    };
    let ends = {
        let tally = tally.clone();
        go(move || {
            drop(map);
            assert_eq!(tally.alive(), 0, "the living go with the map");
            drop(keys);
        })
    };
    end([sweep(), ends, sweep()]);
}
