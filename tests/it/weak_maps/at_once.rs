//! Many threads at once (94 to 97, 99, 103): what each is told adds up, and what it holds is whole.
//!
//! `MEMO_WEAK_ROUNDS` multiplies how long they go on: for a sanitizer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};
use memo_tests::{alone, join_all};

use crate::hashers::Colliding;

const THREADS: usize = 4;

fn rounds(n: usize) -> usize {
    n * std::env::var("MEMO_WEAK_ROUNDS").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Runs it on some threads, which begin at the same moment, and are numbered.
fn together(act: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        let (barrier, act) = (&barrier, &act);
        let begun = |thread| {
            scope.spawn(move || {
                barrier.wait();
                act(thread);
            })
        };
        join_all((0..THREADS).map(begun).collect());
    });
}

/// The same, again and again, all waiting for each other in between; `last` looks at what came of each round.
fn in_rounds(n: usize, act: impl Fn(usize, usize) + Sync, last: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(THREADS);
    together(|thread| {
        for round in 0..n {
            barrier.wait();
            act(round, thread);
            if barrier.wait().is_leader() {
                last(round);
            }
        }
    });
}

/// 96: each its own keys.
#[test]
fn each_thread_finds_its_own_keys_and_only_those() {
    alone(|| {
        let (map, set, named) = (WeakKeyMap::new(), WeakSet::new(), WeakValueMap::new());
        let n = rounds(3000);
        together(|thread| {
            let mut kept = Vec::new();
            for i in 0..n {
                let key = Arc::new((thread, i));
                let name = format!("{thread} {i}");
                assert!(map.insert(&key, name.clone()).is_none() && set.insert(&key));
                assert!(named.insert(name.clone(), &key).is_none());
                assert_eq!(map.get(&key).as_ref(), Some(&name));
                assert!(set.contains(&key) && named.get(&name).is_some_and(|there| Arc::ptr_eq(&there, &key)));
                match i % 3 {
                    0 => {
                        assert_eq!(map.remove(&key), Some(name.clone()));
                        assert!(set.remove(&key) && named.remove(&name).is_some());
                        assert!(map.get(&key).is_none() && !set.contains(&key) && named.get(&name).is_none());
                    }
                    1 => kept.push((key, name)),
                    _ => {}
                }
                if i % 500 == 0 {
                    map.sweep();
                    map.shrink_to_fit();
                }
            }
            for (key, name) in &kept {
                assert_eq!(map.get(key).as_ref(), Some(name));
                assert!(Arc::ptr_eq(&named.get(name).expect("there"), key) && set.contains(key));
            }
        });
        assert_eq!((map.len(), set.len(), named.len()), (0, 0, 0));
    });
}

/// 94, 97: one key for all.
#[test]
fn of_many_who_add_or_remove_one_key_one_does() {
    alone(|| {
        let keys: Vec<_> = (0..rounds(1000)).map(Arc::new).collect();
        let (set, map) = (WeakSet::new(), WeakKeyMap::new());
        let named = WeakValueMap::<usize, Arc<usize>, Colliding>::default();
        let [added, removed, got, taken] = [const { AtomicUsize::new(0) }; 4];
        let count = |counter: &AtomicUsize, yes: bool| {
            counter.fetch_add(usize::from(yes), Ordering::Relaxed);
        };
        in_rounds(
            keys.len(),
            |round, thread| {
                let key = &keys[round];
                count(&added, set.insert(key));
                count(&got, map.insert(key, thread).is_none());
                named.insert(round % 5, key);
            },
            |_| (),
        );
        in_rounds(
            keys.len(),
            |round, _| {
                count(&removed, set.remove(&keys[round]));
                count(&taken, map.remove(&keys[round]).is_some());
            },
            |_| (),
        );
        for counter in [added, removed, got, taken] {
            assert_eq!(counter.into_inner(), keys.len());
        }
        let left = AtomicUsize::new(0);
        together(|_| (0..5).for_each(|name| count(&left, named.remove(&name).is_some())));
        assert_eq!(left.into_inner(), 5);
        assert_eq!((set.stored_len(), map.stored_len()), (0, 0));
    });
}

/// 94: whoever makes it, all get one; of updates none is lost.
#[test]
fn all_get_the_first_that_was_put_in() {
    alone(|| {
        let keys: Vec<_> = (0..rounds(1000)).map(Arc::new).collect();
        let (map, weak) = (WeakKeyMap::new(), WeakWeakMap::new());
        let named = WeakValueMap::new();
        let told = Mutex::new(Vec::new());
        in_rounds(
            keys.len(),
            |round, thread| {
                let key = &keys[round];
                let make = || Arc::new(thread);
                let mine = [
                    map.get_or_insert_with(key, make),
                    weak.get_or_insert_with(key, make),
                    named.get_or_insert_with(round, make),
                ];
                told.lock().expect("nobody panics").push(mine);
            },
            |_| {
                let told = std::mem::take(&mut *told.lock().expect("nobody panics"));
                assert_eq!(told.len(), THREADS);
                assert!((0..3).all(|kind| told.iter().all(|mine| Arc::ptr_eq(&mine[kind], &told[0][kind]))));
            },
        );
        let counts = WeakKeyMap::new();
        counts.insert(&keys[0], 0);
        let n = rounds(5000);
        together(|_| (0..n).for_each(|_| assert!(counts.update(&keys[0], |n| n + 1).is_some())));
        assert_eq!(counts.get(&keys[0]), Some(THREADS * n));
    });
}

/// An object with a value, and the number of its making.
struct Made {
    value: usize,
    number: u64,
}

impl std::hash::Hash for Made {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl PartialEq for Made {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Made {}

/// Who holds which of the objects of one value: never two at a time.
#[derive(Default)]
struct Holders(Mutex<BTreeMap<u64, usize>>);

impl Holders {
    fn hold(&self, object: &Made) {
        let mut held = self.0.lock().expect("nobody panics");
        *held.entry(object.number).or_default() += 1;
        assert_eq!(held.len(), 1, "two living objects of one value: {held:?}");
    }

    /// It is still alive.
    fn let_go(&self, object: &Made) {
        let mut held = self.0.lock().expect("nobody panics");
        let holders = held.get_mut(&object.number).expect("held");
        *holders -= 1;
        if *holders == 0 {
            held.remove(&object.number);
        }
    }
}

fn one_at_a_time<S: std::hash::BuildHasher + Sync + Send>(interner: &Interner<Made, S>, n: usize) {
    const VALUES: usize = 3;
    let holders: [Holders; VALUES] = Default::default();
    let made = AtomicU64::new(0);
    let new = |value| Made { value, number: made.fetch_add(1, Ordering::Relaxed) };
    together(|thread| {
        for i in 0..n {
            let value = (i / 2) % VALUES;
            let object = match (i + thread) % 3 {
                0 => interner.intern(new(value)),
                1 => interner.intern(Arc::new(new(value))),
                _ => interner.intern_with(&new(value), || Arc::new(new(value))),
            };
            assert_eq!(object.value, value);
            holders[value].hold(&object);
            assert!(Arc::ptr_eq(&object, &interner.intern(new(value))));
            assert!(interner.get(&*object).is_some_and(|there| Arc::ptr_eq(&there, &object)));
            assert!(interner.contains(&object));
            holders[value].let_go(&object);
            drop(object);
            match i % 64 {
                0 => drop(interner.iter().count()),
                1 if thread == 0 => assert!(interner.sweep() <= n),
                2 if thread == 1 => interner.reserve(i % 1000),
                3 if thread == 1 => interner.shrink_to_fit(),
                _ => {}
            }
        }
    });
    assert_eq!(interner.len(), 0);
}

/// 103: at every moment at most one living object for each value.
#[test]
fn no_two_living_objects_of_one_value() {
    alone(|| one_at_a_time(&Interner::new(), rounds(10_000)));
}

#[test]
fn no_two_living_objects_of_one_value_where_all_collide() {
    alone(|| one_at_a_time(&Interner::with_hasher(Colliding), rounds(5_000)));
}

/// A value that knows whether it is whole, and is not after its end.
struct Canary(Box<[u64; 4]>);

impl Canary {
    fn new(n: u64) -> Self {
        Self(Box::new([n, n, n, n]))
    }

    fn check(&self) {
        assert!(self.0[0] != u64::MAX && self.0.iter().all(|n| *n == self.0[0]), "{:?}", self.0);
    }
}

impl Clone for Canary {
    fn clone(&self) -> Self {
        self.check();
        Self(self.0.clone())
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.check();
        *self.0 = [u64::MAX; 4];
        std::hint::black_box(&self.0);
    }
}

/// 97: readers beside writers beside sweeps beside iterators; values with destructors and without, and keys that come and go.
#[test]
fn what_readers_see_is_whole_beside_writers_and_sweeps() {
    alone(|| {
        let shared: Vec<_> = (0..16_u64).map(Arc::new).collect();
        let (map, plain) = (WeakKeyMap::<Arc<u64>, Canary>::new(), WeakKeyMap::<_, [u64; 4]>::new());
        let (named, weak) = (WeakValueMap::<u64, Arc<Canary>>::new(), WeakWeakMap::<_, Arc<Canary>>::new());
        let (stop, n) = (AtomicBool::new(false), rounds(4000));
        let check = |four: &[u64; 4]| assert!(four.iter().all(|n| *n == four[0]), "{four:?}");
        std::thread::scope(|scope| {
            let sweeps = scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    memo_core::sweep();
                    map.iter().for_each(|(_, canary)| canary.check());
                    weak.iter().for_each(|(_, canary)| canary.check());
                    plain.values().for_each(|four| check(&four));
                    named.iter().for_each(|(_, canary)| canary.check());
                    map.shrink_to_fit();
                    map.retain(|key, canary| {
                        canary.check();
                        **key % 5 != 1
                    });
                }
            });
            together(|thread| {
                let mut held = None;
                for i in 0..n {
                    let key = &shared[(i * 7 + thread) % shared.len()];
                    let number = i as u64;
                    if thread % 2 == 0 {
                        drop(map.insert(key, Canary::new(number)));
                        plain.insert(key, [number; 4]);
                        // Dies at once, most often.
                        let value = Arc::new(Canary::new(number));
                        named.insert(number % 16, &value);
                        weak.insert(key, &value);
                        let young = Arc::new(number);
                        map.insert(&young, Canary::new(number));
                        plain.insert(&young, [number; 4]);
                        match i % 5 {
                            0 => drop(map.remove(key)),
                            1 => drop(map.update(key, |old| Canary::new(old.0[0] + 1))),
                            2 => drop(named.remove(&(number % 16))),
                            3 => drop(weak.remove(key)),
                            _ => assert!(plain.remove(key).is_none_or(|four| four[0] == four[3])),
                        }
                    } else {
                        map.get(key).iter().for_each(Canary::check);
                        if let Some(canary) = map.get_ref(key) {
                            canary.check();
                            held = Some(canary);
                        }
                        plain.get(key).iter().for_each(check);
                        named.get(&(number % 16)).iter().for_each(|canary| canary.check());
                        weak.get(key).iter().for_each(|canary| canary.check());
                        held.iter().for_each(|canary| canary.check());
                    }
                }
            });
            stop.store(true, Ordering::Relaxed);
            sweeps.join().expect("it ends");
        });
        drop(shared);
        memo_core::sweep();
        assert_eq!((map.stored_len(), plain.stored_len(), weak.stored_len(), named.len()), (0, 0, 0, 0));
    });
}

/// 99: the last owner lets go while another thread looks it up: it is there or it is not, and nothing of it is left.
#[test]
fn what_dies_while_it_is_looked_up_is_there_or_is_not() {
    alone(|| {
        let (named, both) = (WeakValueMap::<u32, Arc<Canary>>::new(), WeakWeakMap::<Arc<u32>, Arc<Canary>>::new());
        let key = Arc::new(1);
        let slot = Mutex::new(None);
        in_rounds(
            rounds(2000),
            |round, thread| match thread {
                0 => drop(slot.lock().expect("nobody panics").take()),
                1 => {
                    named.get(&1).iter().for_each(|canary| canary.check());
                    both.get(&key).iter().for_each(|canary| canary.check());
                }
                2 => {
                    let make = || Arc::new(Canary::new(round as u64));
                    named.get_or_insert_with(1, make).check();
                    both.get_or_insert_with(&key, make).check();
                }
                _ => drop((named.sweep(), both.sweep(), named.iter().count())),
            },
            |round| {
                let new = Arc::new(Canary::new(round as u64));
                named.insert(1, &new);
                both.insert(&key, &new);
                *slot.lock().expect("nobody panics") = Some(new);
            },
        );
        drop(slot);
        named.sweep();
        both.sweep();
        assert_eq!((named.stored_len(), both.stored_len()), (0, 0));
    });
}
