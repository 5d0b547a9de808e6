//! Iteration beside everything (77 to 82, 112).

use std::collections::BTreeSet;
use std::sync::Arc;

use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, unsync};
use memo_tests::{Tally, alone};

fn filled(n: usize) -> (Vec<Arc<usize>>, WeakKeyMap<Arc<usize>, usize>) {
    let keys: Vec<_> = (0..n).map(Arc::new).collect();
    let map = keys.iter().map(|key| (key, **key)).collect();
    (keys, map)
}

/// 77, of keys, values and both: it yields all or one fewer, and the size is right at once.
#[test]
fn a_key_may_die_in_the_middle() {
    const N: usize = 200;
    fn check<T>(each: impl for<'m> Fn(&'m WeakKeyMap<Arc<usize>, usize>) -> Box<dyn Iterator<Item = T> + 'm>) {
        for at in [0, 1, N / 2, N - 1] {
            let (mut keys, map) = filled(N);
            let mut seen = 0;
            let mut all = each(&map);
            // What it returns is dropped at once.
            while all.next().is_some() {
                if seen == at {
                    keys.pop();
                    assert_eq!(map.len(), N - 1);
                }
                seen += 1;
            }
            assert!(seen == N || seen == N - 1, "{seen}");
            assert_eq!(map.len(), N - 1);
        }
    }
    check(|map| Box::new(map.iter()));
    check(|map| Box::new(map.keys()));
    check(|map| Box::new(map.values()));
    let (mut keys, map) = filled(N);
    let own: unsync::WeakKeyMap<_, _> = keys.iter().map(|key| (key, **key)).collect();
    let mut all = own.iter();
    drop(all.next());
    keys.pop();
    let seen = 1 + all.count();
    assert!((N - 1..=N).contains(&seen) && own.len() == N - 1 && map.len() == N - 1);
}

/// 79.
#[test]
fn two_iterators_agree() {
    let (_keys, map) = filled(500);
    let (mut one, mut other) = (map.iter(), map.iter());
    loop {
        let (first, second) = (one.next(), other.next());
        assert_eq!(first, second);
        if first.is_none() {
            break;
        }
    }
}

/// 80: no more than what it has returned is kept alive, and the values of a part; dropping it lets go.
#[test]
fn an_iterator_keeps_no_key_alive() {
    alone(|| {
        let (tally, map) = (Tally::new(), WeakKeyMap::new());
        let keys: Vec<_> = (0..100).map(Arc::new).collect();
        keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
        let mut iterator = map.iter();
        let first = iterator.next().expect("there");
        assert!(keys.iter().all(|key| Arc::strong_count(key) == 1 + usize::from(Arc::ptr_eq(key, &first.0))));
        drop(keys);
        assert_eq!(map.len(), 1);
        assert!(iterator.next().is_none());
        drop((first, iterator));
        map.sweep();
        assert_eq!((map.stored_len(), tally.alive()), (0, 0));

        let objects: Vec<_> = (0..100).map(Arc::new).collect();
        let set: WeakSet<_> = objects.iter().collect();
        let begun = set.iter();
        drop(objects);
        assert_eq!(begun.count(), 0, "81");
    });
}

/// What is there from the beginning to the end comes once, whatever comes and goes beside it.
#[test]
fn what_stays_comes_once_while_others_come_and_go() {
    let (keys, map) = filled(1000);
    let mut more = Vec::new();
    let mut seen = BTreeSet::new();
    for (n, (key, _)) in map.iter().enumerate() {
        assert!(*key >= 1000 || seen.insert(*key), "{key} comes twice");
        // Enough for the table to grow, and to shrink.
        for _ in 0..10 {
            let new = Arc::new(1000 + more.len());
            map.insert(&new, 0);
            more.push(new);
        }
        if n % 100 == 99 {
            more.clear();
            map.sweep();
            map.shrink_to_fit();
        }
        if n > 5000 {
            break;
        }
    }
    assert_eq!(seen, keys.iter().map(|key| **key).collect());
}

/// And replaced, it is seen as it was or as it is; taken out, it is not seen after that.
#[test]
fn what_is_taken_out_in_the_middle_is_not_seen_later() {
    let (keys, map) = filled(300);
    let mut all = map.iter();
    let first = all.next().expect("there").0;
    keys.iter().filter(|key| !Arc::ptr_eq(key, &first)).for_each(|key| assert!(map.remove(key).is_some()));
    // What the iterator has taken already of one part may still come.
    let later = all.count();
    assert!(later < 300 && map.len() == 1);
    assert_eq!(map.iter().count(), 1);
}

/// 82, of all kinds.
#[test]
fn a_clone_skips_the_dead_and_shares_keys() {
    alone(|| {
        let (mut keys, map) = filled(10);
        let values: WeakValueMap<_, _> = keys.iter().map(|key| (**key, key.clone())).collect();
        let own: unsync::WeakKeyMap<_, _> = keys.iter().map(|key| (key, **key)).collect();
        keys.truncate(5);
        let copies = (map.clone(), values.clone(), own.clone());
        assert_eq!((copies.0.stored_len(), copies.1.stored_len(), copies.2.stored_len()), (5, 5, 5));
        assert!(keys.iter().all(|key| copies.0.get(key) == Some(**key) && copies.2.contains_key(key)));
        copies.0.remove(&keys[0]);
        assert_eq!((map.len(), copies.0.len()), (5, 4));
    });
}

/// 112: a set of all instances.
#[test]
fn a_set_lists_exactly_the_living() {
    let (set, interner) = (WeakSet::new(), Interner::new());
    let mut all: Vec<Arc<u32>> = (0..100).map(Arc::new).collect();
    for object in &all {
        set.insert(object);
        interner.intern(Arc::clone(object));
    }
    for half in [50, 25, 1, 0] {
        all.truncate(half);
        let listed: BTreeSet<_> = set.iter().map(|object| *object).collect();
        let interned: BTreeSet<_> = interner.iter().map(|object| *object).collect();
        let expected: BTreeSet<_> = all.iter().map(|object| **object).collect();
        assert_eq!((&listed, &interned), (&expected, &expected));
        assert_eq!((set.len(), interner.len()), (half, half));
        assert_eq!(set.is_empty(), half == 0);
    }
}

/// What is taken out goes when those are done who were at it then, whoever has come since: so where somebody always goes over a map, the values
/// that were taken out do not pile up.
#[test]
fn who_comes_later_does_not_keep_what_was_taken_out_before() {
    let (tally, map) = (Tally::new(), WeakKeyMap::new());
    let keys: Vec<_> = (0..1000).map(Arc::new).collect();
    keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
    let mut earlier: Option<Box<dyn Iterator<Item = Arc<usize>>>> = None;
    for round in 0..100 {
        let mut now: Box<dyn Iterator<Item = Arc<usize>>> = Box::new(map.keys());
        let key = now.next().expect("there are many");
        drop(map.remove(&key));
        earlier = Some(now);
        drop(map.insert(&key, tally.token()));
        // The one that was under way, and the one that went before.
        assert!(tally.alive() <= 1000 + 2, "{} more in round {round}", tally.alive() - 1000);
    }
    drop(earlier);
    assert_eq!(tally.alive(), 1000);
    drop(keys);
}

/// What was taken out meanwhile goes with the map at the latest.
#[test]
fn an_iterator_that_is_forgotten_keeps_nothing_beyond_the_map() {
    let tally = Tally::new();
    let keys: Vec<_> = (0..100).map(Arc::new).collect();
    let map: WeakKeyMap<_, _> = keys.iter().map(|key| (key, tally.token())).collect();
    let mut all = map.values();
    drop(all.next());
    std::mem::forget(all);
    map.clear();
    keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
    assert_eq!(map.len(), 100);
    drop(map);
    assert_eq!(tally.alive(), 0);

    let interner = Interner::<usize>::new();
    let kept: Vec<_> = (0..100).map(|n| interner.intern(n)).collect();
    let mut all = interner.iter();
    drop(all.next());
    std::mem::forget(all);
    let weak = Arc::downgrade(&kept[0]);
    drop(kept);
    assert_eq!(interner.sweep(), 100);
    drop(interner);
    assert_eq!(weak.weak_count(), 0, "the object is dead");
}
