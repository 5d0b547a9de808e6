//! What is about to be returned when a destructor panics is dropped: of a closure, of a key that was held for a moment.

use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak::{Interner, WeakKeyMap, WeakValueMap, WeakWeakMap, unsync};
use memo_tests::{Tally, Token, alone, panic_of};

use crate::hashers::Colliding;
use crate::things::{Place, Role, Things};

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new("a bomb"));
    }
}

/// A closure that is not called, and panics when it is dropped.
fn armed<R>() -> impl FnOnce() -> R {
    let bomb = Bomb;
    move || {
        let _bomb = &bomb;
        unreachable!("there is a value")
    }
}

#[test]
fn a_value_does_not_leak_beside_a_closure() {
    let (tally, map, key) = (Tally::new(), WeakKeyMap::new(), Arc::new(1));
    map.insert(&key, tally.token());
    assert_eq!(panic_of(|| map.get_or_insert_with(&key, armed())), "a bomb");
    assert_eq!(tally.alive(), 1);
    let bomb = Bomb;
    let change = move |old: &Token| {
        let _bomb = &bomb;
        old.clone()
    };
    assert_eq!(panic_of(|| map.update(&key, change)), "a bomb");
    assert_eq!(tally.alive(), 1);
}

#[test]
fn an_object_does_not_leak_beside_a_closure() {
    fn get(object: &Arc<u32>, act: impl FnOnce() -> Arc<u32>) {
        assert_eq!(panic_of(act), "a bomb");
        assert_eq!(Arc::strong_count(object), 1);
    }
    let (object, key) = (Arc::new(1), Arc::new(2));
    let (both, named, interner) = (WeakWeakMap::new(), WeakValueMap::new(), Interner::new());
    both.insert(&key, &object);
    named.insert("a".to_owned(), &object);
    get(&object, || both.get_or_insert_with(&key, armed()));
    get(&object, || named.get_or_insert_with("a".to_owned(), armed()));
    get(&object, || named.get_or_insert_with_ref("a", armed()));
    interner.intern(Arc::clone(&object));
    get(&object, || interner.intern_with(&1, armed()));

    let (mut both, mut named) = (unsync::WeakWeakMap::new(), unsync::WeakValueMap::new());
    let key = Rc::new(2);
    both.insert(&key, &object);
    named.insert("a".to_owned(), &object);
    get(&object, || both.get_or_insert_with(&key, armed()));
    get(&object, || named.get_or_insert_with("a".to_owned(), armed()));
    get(&object, || named.get_or_insert_with_ref("a", armed()));
}

/// A look-up holds all entries of a hash, and its `Eq` takes one of them out.
#[test]
fn what_a_look_up_has_found_does_not_leak_beside_a_key() {
    alone(|| {
        let (things, map) = (Things::default(), Arc::new(WeakValueMap::with_hasher(Colliding)));
        let objects = [1, 2, 3].map(|number| things.object(number));
        objects.iter().for_each(|object| drop(map.insert(things.owned(object.number), object)));
        let (asked, theirs, trap) = (things.owned(2), Arc::clone(&map), things.trap.clone());
        // The first is compared twice.
        things.trap.set_after(Place::Eq(Role::Owned), 2, move || {
            assert!(theirs.remove(&3).is_some());
            trap.set(Place::Drop(Role::Owned), || resume_unwind(Box::new("the key's")));
        });
        assert_eq!(panic_of(|| map.get(&asked)), "the key's");
        assert_eq!(objects.map(|object| Arc::strong_count(&object)), [1; 3]);
        assert_eq!((map.len(), things.tally.alive()), (0, 3), "two keys of the dead, and the one that was asked for");
    });
}

/// An insertion holds all entries of a hash. It takes the place of a dead one, and meets another that is dead.
#[test]
fn what_an_insertion_has_replaced_does_not_leak_beside_a_key() {
    alone(|| {
        for get in [false, true] {
            let (things, map) = (Things::default(), WeakValueMap::<_, Arc<[u8]>, _>::with_hasher(Colliding));
            let objects = [10, 10, 1000].map(|size| Arc::from(vec![0; size]));
            objects.iter().zip(0..).for_each(|(object, number)| drop(map.insert(things.owned(number), object)));
            let [_living, dead @ ..] = objects;
            drop(dead);
            let (key, new) = (things.owned(3), Arc::from([0; 1000]));
            things.trap.set(Place::Drop(Role::Owned), || resume_unwind(Box::new("the other dead one's")));
            if get {
                assert!(Arc::ptr_eq(&map.get_or_insert_with(key, || Arc::clone(&new)), &new));
            } else {
                assert!(map.insert(key, &new).is_none());
            }
            assert_eq!((map.len(), map.stored_len(), things.tally.alive()), (2, 2, 2));
        }
    });
}
