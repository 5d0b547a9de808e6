//! What the dead hold, in entries and in bytes, and when it goes (laws 4 and 17; 2, 3, 41, 74, 90, 92).

use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap, unsync};
use memo_core::weak_memo;
use memo_tests::{Tally, Token, alone, live_bytes, peak_bytes, reset_peak};

use crate::hashers::{Colliding, Inconsistent};

const LARGE: usize = 64 << 10;

/// Bytes that dead objects of one size may hold beside none that are alive: two for each of 16 parts, what waits for a fence, and as much
/// again for the map itself.
const MOST_BYTES: usize = 6 << 20;

fn grown(act: impl FnOnce()) -> usize {
    let before = live_bytes();
    reset_peak();
    act();
    peak_bytes() - before
}

type Key = Arc<[u8]>;
type Each = Box<dyn FnMut(usize, &Key)>;

fn small(n: usize) -> Vec<Key> {
    (0..n).map(|_| Arc::from([0_u8; 8])).collect()
}

fn large() -> Key {
    vec![0; LARGE].into()
}

#[test]
fn large_dead_keys_do_not_pile_up_beside_many_small_ones() {
    alone(|| {
        let small = small(100_000);
        let (map, set) = (WeakKeyMap::new(), WeakSet::new());
        let (mut own, mut interned) = (unsync::WeakKeyMap::new(), Vec::new());
        let interner = Interner::<[u8]>::new();
        for (n, key) in small.iter().enumerate() {
            map.insert(key, 1);
            set.insert(key);
            own.insert(key, 1);
            interned.push(interner.intern(n.to_le_bytes().to_vec()));
        }
        let one = |mut each: Each| grown(|| (0..1000).for_each(|n| each(n, &large())));
        let most = [
            one(Box::new(move |_, key| assert!(map.insert(key, 2).is_none()))),
            one(Box::new(move |_, key| assert!(set.insert(key)))),
            one(Box::new(move |_, key| assert!(own.insert(key, 2).is_none()))),
            one(Box::new(move |n, _| {
                let mut value = vec![0; LARGE];
                value[..8].copy_from_slice(&n.to_le_bytes());
                drop(interner.intern(value));
            })),
        ];
        assert!(most.iter().all(|bytes| *bytes < MOST_BYTES), "{most:?}");
    });
}

/// Whichever of the two is large; also where the small one had the place.
#[test]
fn large_dead_values_do_not_pile_up_beside_many_small_ones() {
    alone(|| {
        let (keys, values) = (small(100_000), small(100_000));
        let each = |put: &mut dyn FnMut(usize, &Key, &Key)| {
            (0..keys.len()).for_each(|at| put(at, &keys[at], &values[at]));
            grown(|| (0..1000).for_each(|at| put(at, &keys[at], &large())))
        };
        let (both, named) = (WeakWeakMap::new(), WeakValueMap::new());
        let (mut own_both, mut own_named) = (unsync::WeakWeakMap::new(), unsync::WeakValueMap::new());
        let most = [
            each(&mut |_, key, value| drop(both.insert(key, value))),
            each(&mut |at, _, value| drop(named.insert(at, value))),
            each(&mut |_, key, value| drop(own_both.insert(key, value))),
            each(&mut |at, _, value| drop(own_named.insert(at, value))),
        ];
        assert!(most.iter().all(|bytes| *bytes < MOST_BYTES), "{most:?}");

        let late = small(1000);
        let most = [
            grown(|| late.iter().for_each(|key| drop(both.insert(key, &large())))),
            grown(|| late.iter().for_each(|key| drop(own_both.insert(key, &large())))),
            grown(|| (0..1000).for_each(|at| drop(named.insert(usize::MAX - at, &large())))),
        ];
        assert!(most.iter().all(|bytes| *bytes < MOST_BYTES), "{most:?}");
    });
}

/// A map through which a million objects go, of which a thousand are alive at a time.
#[test]
fn a_window_of_objects_leaves_no_residue() {
    alone(|| {
        const WINDOW: usize = 1000;
        let (map, interner) = (WeakKeyMap::new(), Interner::<usize>::new());
        let mut own = unsync::WeakSet::new();
        let mut alive: Vec<Arc<usize>> = (0..WINDOW).map(Arc::new).collect();
        let mut go = |from: usize, to: usize| {
            for n in from..to {
                let object = Arc::new(n);
                map.insert(&object, object.to_string());
                own.insert(&object);
                alive[n % WINDOW] = interner.intern(object);
            }
            [map.stored_len(), interner.stored_len(), own.stored_len()]
        };
        go(0, 10 * WINDOW);
        let before = live_bytes();
        let stored = go(10 * WINDOW, 100 * WINDOW);
        assert!(stored.iter().all(|stored| *stored <= 3 * WINDOW), "{stored:?}");
        assert!(live_bytes() < before + before / 4 + (1 << 20), "{} from {before}", live_bytes());
    });
}

/// 74, and what is left after a sweep: nothing of the dead, also not what waits for others who might look at it.
#[test]
fn a_sweep_after_mass_death_gives_all_back() {
    fn go<M>(new: impl Fn() -> M, put: impl Fn(&mut M, usize) -> Box<dyn std::any::Any>, sweep: impl Fn(&mut M)) {
        let mut map = new();
        drop(put(&mut map, 0));
        sweep(&mut map);
        let before = live_bytes();
        let objects: Vec<_> = (0..10_000).map(|n| put(&mut map, n)).collect();
        let full = live_bytes() - before;
        drop(objects);
        sweep(&mut map);
        // The array of each of 16 parts, and a chunk of nodes.
        let left = live_bytes().saturating_sub(before);
        assert!(left < 80_000.min(full / 10), "{left} of {full} in {}", std::any::type_name::<M>());
    }
    alone(|| {
        go(Interner::<str>::new, |map, n| Box::new(map.intern(format!("{n:300}"))), |map| drop(Box::new(map.sweep())));
        go(
            WeakKeyMap::new,
            |map, n| {
                let key = Arc::new([n; 40]);
                map.insert(&key, n.to_string());
                Box::new(key)
            },
            |map| map.shrink_to_fit(),
        );
        go(
            unsync::WeakKeyMap::new,
            |map, n| {
                let key = Rc::new([n; 40]);
                map.insert(&key, n.to_string());
                Box::new(key)
            },
            |map| map.shrink_to_fit(),
        );
        go(
            WeakValueMap::new,
            |map, n| {
                let value = Arc::new([n; 40]);
                map.insert(n.to_string(), &value);
                Box::new(value)
            },
            |map| map.shrink_to_fit(),
        );
    });
}

/// 74: one after the other, with nothing asked for.
#[test]
fn capacity_shrinks_when_most_are_taken_out() {
    let keys: Vec<_> = (0..10_000).map(Arc::new).collect();
    let (map, mut own) = (WeakKeyMap::new(), unsync::WeakKeyMap::new());
    for key in &keys {
        map.insert(key, ());
        own.insert(key, ());
    }
    let full = (map.capacity(), own.capacity());
    assert!(full.0 >= 10_000 && full.1 >= 10_000);
    for key in &keys[100..] {
        map.remove(key);
        own.remove(key);
    }
    assert!(map.capacity() * 4 < full.0 && own.capacity() * 4 < full.1, "{} {}", map.capacity(), own.capacity());
    assert!(keys[..100].iter().all(|key| map.contains_key(key) && own.contains_key(key)));
}

/// 90: a thousand and more of one hash are found, replaced and taken out, in a time that is no hang.
#[test]
fn keys_that_all_collide_are_slow_and_no_slower() {
    const KEYS: u32 = 2000;
    alone(|| {
        let objects: Vec<_> = (0..KEYS).map(Arc::new).collect();
        let map = WeakValueMap::with_hasher(Colliding);
        let mut own = unsync::WeakValueMap::with_hasher(Colliding);
        let interner: Interner<u32, _> = Interner::with_hasher(Colliding);
        for object in &objects {
            assert!(map.insert(**object, object).is_none() && own.insert(**object, object).is_none());
            assert!(Arc::ptr_eq(&interner.intern(Arc::clone(object)), object));
        }
        assert_eq!((map.len(), own.len(), interner.len()), (2000, 2000, 2000));
        for object in objects.iter().step_by(100) {
            assert!(Arc::ptr_eq(&map.get(&**object).expect("there"), object));
            assert!(Arc::ptr_eq(&own.get(&**object).expect("there"), object));
            assert!(Arc::ptr_eq(&interner.intern(**object), object));
            assert!(map.remove(&**object).is_some() && own.remove(&**object).is_some());
        }
        assert_eq!((map.len(), own.len()), (1980, 1980));
    });
}

/// 92.
#[test]
fn keys_that_hash_to_something_else_each_time_do_not_pile_up() {
    alone(|| {
        let map = WeakValueMap::with_hasher(Inconsistent::default());
        let interner: Interner<Token, _> = Interner::with_hasher(Inconsistent::default());
        let mut own = unsync::WeakValueMap::with_hasher(Inconsistent::default());
        let tally = Tally::new();
        for _ in 0..20_000 {
            let value = Arc::new(tally.token());
            map.insert(1, &value);
            own.insert(1, &value);
            drop(map.get(&1));
            drop(interner.intern(value));
        }
        let stored = [map.stored_len(), own.stored_len(), interner.stored_len()];
        assert!(stored.iter().all(|stored| *stored <= 100), "{stored:?}");
        assert_eq!(tally.alive(), 0);
    });
}

#[weak_memo]
fn answer(object: &Arc<u32>) -> u32 {
    **object
}

#[weak_memo]
fn token_of(object: &Arc<Token>) -> Token {
    (**object).clone()
}

/// What is dead of an idle map goes, whatever the program does: look-ups elsewhere.
#[test]
fn look_ups_elsewhere_reclaim_what_is_dead() {
    alone(|| {
        let (tally, map, elsewhere) = (Tally::new(), idle(), WeakKeyMap::new());
        let (idle, key) = (map(&tally), Arc::new(()));
        elsewhere.insert(&key, 1);
        for _ in 0..1_000_000 {
            elsewhere.get(&key);
        }
        assert_eq!((idle.stored_len(), tally.alive()), (0, 0));
    });
}

/// The allocations of large dead objects, too, and those that the last visit found.
#[test]
fn look_ups_elsewhere_give_back_what_an_interner_holds() {
    alone(|| {
        let (interner, elsewhere) = (Interner::<[u8]>::new(), WeakSet::new());
        let before = live_bytes();
        let large: Vec<_> = (0_u8..100).map(|n| interner.intern(vec![n; LARGE])).collect();
        drop(large);
        let key = Arc::new(());
        elsewhere.insert(&key);
        for _ in 0..500_000 {
            elsewhere.contains(&key);
        }
        assert_eq!(interner.stored_len(), 0);
        let left = live_bytes().saturating_sub(before);
        assert!(left < 4 * LARGE, "{left}");
    });
}

/// Hits, misses, and insertions.
#[test]
fn calls_and_insertions_elsewhere_reclaim_what_is_dead() {
    alone(|| {
        let tally = Tally::new();
        let map = idle()(&tally);
        let object = Arc::new(1);
        for _ in 0..1_000_000 {
            answer(&object);
        }
        assert_eq!((map.stored_len(), tally.alive()), (0, 0), "hits");

        let map = idle()(&tally);
        for n in 0..20_000 {
            answer(&Arc::new(n));
        }
        assert_eq!((map.stored_len(), tally.alive()), (0, 0), "misses");

        let map = idle()(&tally);
        let elsewhere = WeakSet::new();
        for n in 0..20_000 {
            elsewhere.insert(&Arc::new(n));
        }
        assert_eq!((map.stored_len(), tally.alive()), (0, 0), "insertions");
    });
}

/// Look-ups and insertions of many short threads add up.
#[test]
fn short_threads_reclaim_what_is_dead() {
    fn threads(n: usize, act: impl Fn() + Send + Sync) {
        (0..n).for_each(|_| std::thread::scope(|scope| drop(scope.spawn(&act))));
    }
    alone(|| {
        let tally = Tally::new();
        let map = idle()(&tally);
        let elsewhere = WeakKeyMap::new();
        let key = Arc::new(0);
        elsewhere.insert(&key, 1);
        threads(400, || (0..3000).for_each(|_| assert!(elsewhere.get(&key).is_some())));
        assert_eq!((map.stored_len(), tally.alive()), (0, 0), "look-ups");

        let map = idle()(&tally);
        threads(400, || (0..100).for_each(|n| assert!(elsewhere.insert(&Arc::new(n), 1).is_none())));
        assert_eq!((map.stored_len(), tally.alive()), (0, 0), "insertions");
    });
}

/// A map of a thousand dead.
fn idle() -> impl Fn(&Tally) -> WeakKeyMap<Arc<usize>, Token> {
    |tally| {
        let (map, keys) = (WeakKeyMap::new(), (0..1000).map(Arc::new).collect::<Vec<_>>());
        keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
        drop(keys);
        assert_eq!(map.stored_len(), 1000);
        map
    }
}

/// Inside a body nothing with a destructor is dropped in passing; what is asked for is.
#[test]
fn nothing_is_dropped_inside_a_body() {
    #[weak_memo]
    fn busy(object: &Arc<usize>, #[memo(skip)] tally: &Tally) -> usize {
        let before = tally.dropped();
        let (map, keys) = (WeakKeyMap::new(), (0..2000).map(Arc::new).collect::<Vec<_>>());
        for key in keys {
            map.insert(&key, tally.token());
            map.get_ref(&key);
        }
        (0..50_000).for_each(|_| drop(map.get_ref(object)));
        assert_eq!(tally.dropped(), before, "not in passing");
        assert_eq!(map.sweep(), 2000);
        tally.dropped() - before
    }
    alone(|| {
        let tally = Tally::new();
        let idle = idle()(&tally);
        assert_eq!(busy(&Arc::new(1), &tally), 2000);
        drop(idle);
        assert_eq!(tally.alive(), 0);
    });
}

/// `sweep` follows what dies by it: from map to map, from a map to what was memoized, and back.
#[test]
fn a_sweep_of_all_goes_on_until_nothing_is_dead() {
    alone(|| {
        let (tally, memoized) = (Tally::new(), Tally::new());
        let map = WeakKeyMap::new();
        let (key, value) = (Arc::new(1), Arc::new(memoized.token()));
        token_of(&value);
        map.insert(&key, Arc::clone(&value));
        drop((key, value));
        memo_core::sweep();
        assert_eq!((map.stored_len(), memoized.alive()), (0, 0), "what was memoized of the last value");

        let chain: WeakKeyMap<Arc<usize>, (Token, Option<Arc<usize>>)> = WeakKeyMap::new();
        let mut next = None;
        for n in 0..3000 {
            let key = Arc::new(n);
            chain.insert(&key, (tally.token(), next.replace(key.clone())));
        }
        assert_eq!(chain.len(), 3000);
        drop(next);
        memo_core::sweep();
        assert_eq!((chain.stored_len(), tally.alive()), (0, 0));
    });
}

/// What an iteration keeps goes when that ends, whatever was asked of the map meanwhile.
#[test]
fn an_iteration_during_a_sweep_leaves_nothing_behind() {
    const LARGE: usize = 16 << 20;
    alone(|| {
        for shrinks in [false, true] {
            let interner = Interner::<[u8]>::new();
            drop(interner.intern(vec![1; 8]));
            interner.sweep();
            let before = live_bytes();
            let large = interner.intern(vec![2; LARGE]);
            let mut all = interner.iter();
            drop(all.next());
            drop(large);
            interner.sweep();
            if shrinks {
                interner.shrink_to_fit();
            }
            drop(all);
            interner.sweep();
            assert!(live_bytes() < before + LARGE / 2, "shrinks: {shrinks}");
        }
    });
}
