//! What is taken out, by hand or by death, and what is said of it (56 to 63, 67, 76, 114, 115).

use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak::{WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap, unsync};
use memo_tests::{Tally, alone};

use crate::hashers::Colliding;

/// 56, 57: not counted, not found, not listed, from that instant.
#[test]
fn the_dead_are_not_counted_before_they_are_swept() {
    alone(|| {
        let (map, mut own) = (WeakKeyMap::new(), unsync::WeakKeyMap::new());
        let keys: Vec<_> = (0..100).map(Arc::new).collect();
        keys.iter().for_each(|key| {
            map.insert(key, **key);
            own.insert(key, **key);
        });
        // 67: all but each other one.
        let kept: Vec<_> = keys.into_iter().step_by(2).collect();
        assert_eq!((map.len(), map.stored_len(), own.len(), own.stored_len()), (50, 100, 50, 100));
        assert_eq!(
            (map.iter().count(), own.iter().count(), own.values().count(), map.values().count()),
            (50, 50, 50, 50)
        );
        assert!(kept.iter().all(|key| map.get(key) == Some(**key) && own.get(key) == Some(&**key)));
        // 76.
        assert_eq!((map.sweep(), own.sweep()), (50, 50));
        assert_eq!((map.sweep(), own.sweep()), (0, 0));
        assert_eq!((map.len(), map.stored_len(), own.len(), own.stored_len()), (50, 50, 50, 50));
        assert!(kept.iter().all(|key| map.get(key) == Some(**key) && own.get(key) == Some(&**key)));
    });
}

/// 58, 59, 60: once, with the value, and the map's copy goes at once.
#[test]
fn what_is_taken_out_is_taken_out_once() {
    let (tally, map, key, absent) = (Tally::new(), WeakKeyMap::new(), Arc::new(1), Arc::new(1));
    let mut own = unsync::WeakKeyMap::new();
    map.insert(&key, tally.token());
    own.insert(&key, tally.token());
    assert!(map.remove(&absent).is_none() && own.remove(&absent).is_none());
    let taken = (map.remove(&key), own.remove(&key));
    assert!(taken.0.is_some() && taken.1.is_some());
    assert_eq!((tally.alive(), tally.clones()), (2, 0), "moved out");
    drop(taken);
    assert_eq!((tally.alive(), map.stored_len(), own.stored_len()), (0, 0, 0));
    assert!(map.remove(&key).is_none() && own.remove(&key).is_none());
    drop(key);
    assert_eq!((map.sweep(), own.sweep()), (0, 0));

    let (set, object) = (WeakSet::new(), Arc::new(1));
    assert!(!set.remove(&object) && set.insert(&object) && !set.insert(&object));
    assert!(set.remove(&object) && !set.remove(&object));
}

/// What is replaced is given back; behind a reference it stays.
#[test]
fn a_reference_keeps_what_was_replaced_and_removed() {
    let (tally, map, key) = (Tally::new(), WeakKeyMap::new(), Arc::new(1));
    map.insert(&key, (1, tally.token()));
    let first = map.get_ref(&key).expect("there");
    assert_eq!(map.insert(&key, (2, tally.token())).map(|old| old.0), Some(1));
    let second = map.get_ref(&key).expect("there");
    assert_eq!(map.remove(&key).map(|old| old.0), Some(2));
    map.clear();
    assert_eq!((first.0, second.0, tally.alive()), (1, 2, 2));
    drop((first, second));
    assert_eq!(tally.alive(), 0);
}

/// 62, 63.
#[test]
fn clear_takes_all_and_may_be_called_again() {
    alone(|| {
        let (tally, map) = (Tally::new(), WeakKeyMap::new());
        assert_eq!((map.clear(), map.clear()), (0, 0), "empty");
        let keys: Vec<_> = (0..100).map(Arc::new).collect();
        for _ in 0..3 {
            keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
            assert_eq!((map.clear(), map.len(), map.stored_len(), tally.alive()), (100, 0, 0, 0));
        }
        keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
        drop(keys);
        assert_eq!((map.clear(), tally.alive()), (100, 0), "only dead ones");
        let mut own = unsync::WeakSet::new();
        own.clear();
        own.insert(&Rc::new(1));
        own.clear();
        assert_eq!(own.stored_len(), 0);
    });
}

/// 114: a value is there while somebody else has it; 10: under equal keys.
#[test]
fn a_weak_value_is_there_while_somebody_owns_it() {
    let (map, mut own) = (WeakValueMap::new(), unsync::WeakValueMap::new());
    let mut made = 0;
    let mut get = || {
        let value = map.get_or_insert_with("a".to_owned(), || {
            made += 1;
            Arc::new(made)
        });
        let local = own.get_or_insert_with("a".to_owned(), || Rc::new(*value));
        (value, local)
    };
    let (first, again) = (get(), get());
    assert!(Arc::ptr_eq(&first.0, &again.0) && Rc::ptr_eq(&first.1, &again.1));
    drop(first);
    assert_eq!(*get().0, 1);
    drop(again);
    let new = get();
    assert_eq!((*new.0, *new.1), (2, 2));
    assert!(map.contains_key("a") && own.contains_key("a") && !map.contains_key("b"));
    let other = Arc::new(9);
    assert!(Arc::ptr_eq(&map.insert("a".to_owned(), &other).expect("alive"), &new.0));
    drop(other);
    assert!(map.get("a").is_none() && map.insert("a".to_owned(), &new.0).is_none());
    assert!(Arc::ptr_eq(&map.remove("a").expect("alive"), &new.0) && map.remove("a").is_none());
    drop(new);
    assert!(own.remove("a").is_none(), "dead");
}

/// 115: the death of either ends it; and the same object is given back while both live.
#[test]
fn an_entry_of_two_objects_ends_with_either() {
    let (map, mut own) = (WeakWeakMap::new(), unsync::WeakWeakMap::new());
    let (key, value) = (Arc::new(1), Arc::new(2));
    let (local_key, local_value) = (Rc::new(1), Rc::new(2));
    map.insert(&key, &value);
    own.insert(&local_key, &local_value);
    assert!(Arc::ptr_eq(&map.get(&key).expect("alive"), &value));
    assert!(Rc::ptr_eq(&own.get(&local_key).expect("alive"), &local_value));
    drop((value, local_value));
    assert!(map.get(&key).is_none() && own.get(&local_key).is_none());
    assert!(!map.contains_key(&key) && !own.contains_key(&local_key) && map.is_empty() && own.is_empty());
    let (value, local_value) = (Arc::new(3), Rc::new(3));
    assert!(Arc::ptr_eq(&map.get_or_insert_with(&key, || value.clone()), &value), "a dead one is no value");
    assert!(Rc::ptr_eq(&own.get_or_insert_with(&local_key, || local_value.clone()), &local_value));
    assert_eq!((map.len(), own.len()), (1, 1));
    drop((key, local_key));
    assert_eq!((map.len(), own.len(), map.iter().count(), own.iter().count()), (0, 0, 0, 0));

    // 46, 48: in this map a value may own its key.
    let (map, key) = (WeakWeakMap::new(), Arc::new(1));
    let value = Arc::new(key.clone());
    map.insert(&key, &value);
    drop(key);
    assert_eq!(map.len(), 1);
    drop(value);
    assert_eq!(map.len(), 0);
}

/// A key that died is there twice for a while: the living one is found, whatever their order.
#[test]
fn a_dead_entry_does_not_hide_a_living_one_of_the_same_key() {
    let map = WeakValueMap::with_hasher(Colliding);
    let values: Vec<_> = (0..4).map(Arc::new).collect();
    for (name, value) in ["x", "a", "y", "b"].into_iter().zip(&values) {
        map.insert(name, value);
    }
    let [x, a, _y, b] = <[_; 4]>::try_from(values).expect("four");
    drop((a, b));
    let new = Arc::new(9);
    // In the place of "a", which is the first that is dead.
    map.insert("b", &new);
    map.remove("x");
    // Puts them in the order of their rows, in which the last has the place of "x".
    map.reserve(1000);
    assert_eq!(map.get("b").as_deref(), Some(&9));
    assert!(map.contains_key("b") && !map.contains_key("a"));
    assert!(map.remove("b").is_some_and(|there| Arc::ptr_eq(&there, &new)));
    drop(x);
}

/// `From`, `Extend` and the like; temporaries are dead at once (111).
#[test]
fn maps_are_made_of_iterators() {
    let keys: Vec<_> = (0..10).map(Arc::new).collect();
    let map: WeakKeyMap<_, _> = keys.iter().zip(0..).collect();
    let set: WeakSet<_> = keys.iter().collect();
    let own: unsync::WeakSet<_> = keys.iter().cloned().collect();
    let both: WeakWeakMap<_, _> = keys.iter().map(|key| (key.clone(), key.clone())).collect();
    let values: WeakValueMap<_, _> = keys.iter().map(|key| (**key, key.clone())).collect();
    assert_eq!([map.len(), set.len(), own.len(), both.len(), values.len()], [10; 5]);
    let temporary: WeakKeyMap<_, _> = [(Arc::new(1), 1)].into_iter().collect();
    assert_eq!((temporary.len(), temporary.iter().count()), (0, 0));
    let mut own: unsync::WeakKeyMap<_, _> = keys.iter().zip(0..).collect();
    let first = own.drain().next();
    assert!(first.is_some());
    assert_eq!((own.len(), own.stored_len()), (0, 0));
}
