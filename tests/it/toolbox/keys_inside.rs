//! Objects with an anchor inside are keys of weak maps, whose entries go with them, exactly.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Weak};
use std::thread;

use memo_core::weak::{WeakKeyMap, WeakSet, finalize, unsync};
use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::{Tally, Token, alone, join_all, live_bytes, panic_of, watchdog};

fn entry(tally: &Tally) -> Arc<Token> {
    Arc::new(tally.token())
}

#[test]
fn an_entry_is_dropped_inside_the_objects_drop() {
    let (tally, map) = (Tally::new(), WeakKeyMap::new());
    let (one, other) = (Anchored::new(1), Anchored::new(1));
    assert!(map.get(&one).is_none() && !map.contains_key(&one));
    map.insert(&one, entry(&tally));
    assert!(map.get(&one).is_some() && map.get(&other).is_none());
    map.insert(&other, entry(&tally));
    assert_eq!((map.len(), map.stored_len(), tally.alive()), (2, 2, 2));
    drop(one);
    assert_eq!((map.len(), map.stored_len(), tally.alive()), (1, 1, 1));
    thread::spawn(move || drop(other)).join().unwrap();
    assert_eq!((map.len(), map.stored_len(), tally.alive()), (0, 0, 0));
}

#[test]
fn an_entry_is_of_the_object_and_not_of_its_content() {
    let map = WeakKeyMap::new();
    let mut object = Anchored::new(1);
    map.insert(&object, 7);
    *object += 1;
    object.clear();
    assert_eq!(map.get(&object), Some(7));
    let mut moved = Box::new(object);
    assert_eq!(map.get(&moved), Some(7));
    // Another object from here on, though at the same place.
    *moved = Anchored::new(2);
    assert_eq!((map.get(&moved), map.stored_len()), (None, 0));
}

#[test]
fn the_dead_can_be_of_any_type() {
    trait Node: HasAnchor + Send + Sync {}
    struct Leaf(Anchor);
    impl HasAnchor for Leaf {
        fn anchor(&self) -> &Anchor {
            &self.0
        }
    }
    impl Node for Leaf {}
    let set = WeakSet::<dyn Node>::new();
    let boxed: Box<dyn Node> = Box::new(Leaf(Anchor::new()));
    assert!(set.insert(&*boxed) && !set.insert(&*boxed) && set.contains(&*boxed));
    drop(boxed);
    assert_eq!((set.len(), set.stored_len()), (0, 0));
}

#[test]
fn an_object_is_in_many_maps_and_in_one_as_often_as_it_is_put_in() {
    let tally = Tally::new();
    let maps: Vec<_> = (0..20).map(|_| WeakKeyMap::new()).collect();
    let object = Anchored::new(());
    for map in &maps {
        map.insert(&object, entry(&tally));
        drop(map.insert(&object, entry(&tally)));
        assert!(map.update(&object, Arc::clone).is_some());
        assert!(map.remove(&object).is_some());
        map.insert(&object, entry(&tally));
    }
    assert_eq!(tally.alive(), 20);
    drop(object);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn a_survivor_keeps_nothing_of_what_was_taken_out() {
    alone(|| {
        let (object, maps) = (Anchored::new(()), [WeakKeyMap::new(), WeakKeyMap::new()]);
        let round = || {
            for map in &maps {
                map.insert(&object, 1);
                map.remove(&object);
            }
            for _ in 0..10 {
                let map = WeakKeyMap::new();
                map.insert(&object, 1);
            }
        };
        (0..100).for_each(|_| round());
        let before = live_bytes();
        (0..1000).for_each(|_| round());
        assert!(live_bytes() < before + 64 * 1024, "{} bytes more", live_bytes() - before);
    });
}

/// Behaviour 33.
#[test]
fn a_key_dies_after_its_map() {
    let (object, map) = (Anchored::new(()), WeakKeyMap::new());
    map.insert(&object, 1);
    drop(map);
    drop(object);
}

#[test]
fn a_long_chain_of_values_that_own_the_next_key_takes_no_stack() {
    struct Next(#[expect(dead_code)] Option<Arc<Anchored<()>>>);
    let map = Arc::new(WeakKeyMap::<Anchored<()>, Arc<Next>>::new());
    let mut next = None;
    for _ in 0..100_000 {
        let object = Arc::new(Anchored::new(()));
        map.insert(&*object, Arc::new(Next(next)));
        next = Some(object);
    }
    assert_eq!(map.len(), 100_000);
    drop(next);
    assert_eq!((map.len(), map.stored_len()), (0, 0));
}

#[test]
fn a_panic_of_a_value_comes_out_of_the_objects_drop_and_the_other_maps_are_told() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("the value");
        }
    }
    let (bad, good, tally) = (WeakKeyMap::new(), WeakKeyMap::new(), Tally::new());
    let object = Anchored::new(());
    bad.insert(&object, Arc::new(Bad));
    good.insert(&object, entry(&tally));
    assert_eq!(panic_of(|| drop(object)), "the value");
    assert_eq!((bad.stored_len(), good.stored_len(), tally.alive()), (0, 0, 0));
}

#[test]
fn a_value_goes_back_into_the_map_while_it_is_dropped_by_the_death_of_its_key() {
    struct Back(Weak<Map>, Weak<Anchored<u32>>, Arc<AtomicUsize>);
    type Map = WeakKeyMap<Anchored<u32>, Arc<Back>>;
    impl Drop for Back {
        fn drop(&mut self) {
            let (Some(map), None) = (self.0.upgrade(), self.1.upgrade()) else { panic!("the key is dead") };
            let other = Anchored::new(1);
            assert!(map.insert(&other, Arc::new(Back(Weak::new(), Weak::new(), Arc::default()))).is_none());
            std::mem::forget(map.remove(&other));
            assert_eq!(map.len(), 0);
            self.2.fetch_add(1, SeqCst);
        }
    }
    watchdog(|| {
        let (map, dropped) = (Arc::new(Map::new()), Arc::new(AtomicUsize::new(0)));
        let object = Arc::new(Anchored::new(0));
        map.insert(&*object, Arc::new(Back(Arc::downgrade(&map), Arc::downgrade(&object), Arc::clone(&dropped))));
        drop(object);
        assert_eq!(dropped.load(SeqCst), 1);
    });
}

#[test]
fn objects_die_while_others_put_in_take_out_and_look() {
    watchdog(|| {
        let (tally, map, barrier) = (Tally::new(), WeakKeyMap::new(), Barrier::new(4));
        thread::scope(|scope| {
            let (tally, map, barrier) = (&tally, &map, &barrier);
            let each = |number| {
                scope.spawn(move || {
                    barrier.wait();
                    for round in 0..2000 {
                        let object = Anchored::new(round);
                        map.insert(&object, entry(tally));
                        assert!(map.get(&object).is_some());
                        if round % 3 == number % 3 {
                            assert!(map.remove(&object).is_some() && map.get(&object).is_none());
                        }
                        if round % 64 == 0 {
                            map.sweep();
                            assert!(map.values().count() <= 4);
                        }
                    }
                })
            };
            join_all((0..4).map(each).collect());
        });
        assert_eq!((map.stored_len(), tally.alive()), (0, 0));
    });
}

#[test]
fn the_maps_of_one_owner_find_out_later() {
    let (tally, mut map) = (Tally::new(), unsync::WeakKeyMap::new());
    let mut object = Anchored::new(1);
    map.insert(&object, entry(&tally));
    *object += 1;
    assert!(map.get(&object).is_some());
    thread::scope(|scope| {
        scope.spawn(move || drop(object));
    });
    assert_eq!((map.len(), map.is_empty(), map.stored_len(), tally.alive()), (0, true, 1, 1));
    assert_eq!((map.sweep(), tally.alive()), (1, 0));
}

/// Behaviour 46, as far as it can be seen.
#[test]
fn a_value_that_is_its_own_key_is_refused() {
    let (map, key, other) = (WeakKeyMap::new(), Arc::new(1), Arc::new(2));
    let message = panic_of(|| map.insert(&key, Arc::clone(&key)));
    assert!(message.contains("`WeakWeakMap`"), "{message}");
    assert!(panic_of(|| map.get_or_insert_with(&key, || Arc::clone(&key))).contains("its own key"));
    assert!(map.insert(&key, Arc::clone(&other)).is_none());
    assert!(panic_of(|| map.update(&key, |_| Arc::clone(&key))).contains("its own key"));
    assert!(Arc::ptr_eq(&map.get(&key).unwrap(), &other));
    drop(map);
    assert_eq!((Arc::strong_count(&key), Arc::weak_count(&key)), (1, 0));
}

/// All that an anchor may have one of, on one object, each found as its own.
#[test]
fn an_object_is_a_key_has_finalizers_and_takes_part_in_memos() {
    #[weak_memo]
    fn together(owner: &Arc<u32>, second: &Anchored<u32>) -> Arc<u32> {
        Arc::new(**owner + **second)
    }
    let (tally, map, owner, object) = (Tally::new(), WeakKeyMap::new(), Arc::new(1), Anchored::new(2));
    let ran = Arc::new(AtomicUsize::new(0));
    let runs = Arc::clone(&ran);
    finalize(&object, move |_| {
        runs.fetch_add(1, SeqCst);
    });
    map.insert(&object, entry(&tally));
    assert_eq!(*together(&owner, &object), 3);
    let second = Arc::clone(&ran);
    finalize(&object, move |_| {
        second.fetch_add(10, SeqCst);
    });
    assert!(map.contains_key(&object) && together_memo().get((&owner, &object)).is_some());
    drop(object);
    assert_eq!((ran.load(SeqCst), map.stored_len(), tally.alive(), together_memo().len()), (11, 0, 0, 0));
}
