//! The maps for one owner: their user's code cannot reach them while they work, except through a `RefCell`, whose answer is a panic; so it
//! panics. All is in order afterwards, and what they drop in passing panics for nobody.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;

use memo_core::weak::unsync::{WeakKeyMap, WeakValueMap};
use memo_tests::{Tally, Token, panic_of};

use crate::things::{Place, Role, Things};

/// What panics when it is dropped.
struct Bomb(#[expect(dead_code, reason = "counted")] Token);

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new("a bomb"));
    }
}

fn bombs(n: usize) -> (Tally, Vec<Rc<usize>>, WeakKeyMap<Rc<usize>, Bomb>) {
    let (tally, keys) = (Tally::new(), (0..n).map(Rc::new).collect::<Vec<_>>());
    let map = keys.iter().map(|key| (key, Bomb(tally.token()))).collect();
    (tally, keys, map)
}

/// 71.
#[test]
fn a_panic_in_a_destructor_does_not_keep_the_rest() {
    let (tally, keys, mut map) = bombs(100);
    assert_eq!(panic_of(|| map.retain(|key, _| **key % 2 == 0)), "a bomb");
    assert_eq!((tally.alive(), map.len(), map.stored_len()), (50, 50, 50));
    assert!(keys.iter().all(|key| map.contains_key(key) == (**key % 2 == 0)));
    assert_eq!(panic_of(|| map.clear()), "a bomb");
    assert_eq!((tally.alive(), map.stored_len()), (0, 0));

    let (tally, mut keys, mut map) = bombs(100);
    keys.truncate(10);
    assert_eq!(panic_of(|| map.sweep()), "a bomb");
    assert_eq!((tally.alive(), map.stored_len()), (10, 10));
    assert!(keys.iter().all(|key| map.contains_key(key)));
    assert_eq!(panic_of(|| drop(map)), "a bomb");
    assert_eq!(tally.alive(), 0);
}

/// What an insertion drops in passing is a stranger's.
#[test]
fn an_insertion_panics_for_no_stranger() {
    let (tally, keys, mut map) = bombs(1);
    drop(keys);
    let kept: Vec<_> = (0..10).map(Rc::new).collect();
    // Alive, and so not dropped again.
    kept.iter().for_each(|key| assert!(map.insert(key, Bomb(tally.token())).is_none()));
    assert_eq!((tally.alive(), map.stored_len()), (10, 10));
    assert_eq!(panic_of(|| drop(map)), "a bomb");

    // The key of a value that died, replaced by an equal one.
    let things = Things::default();
    let mut map = WeakValueMap::new();
    map.insert(things.owned(1), &Rc::new(1));
    things.trap.set(Place::Drop(Role::Owned), || resume_unwind(Box::new("the dead one's")));
    let value = Rc::new(2);
    assert!(map.insert(things.owned(1), &value).is_none());
    assert_eq!((map.len(), things.tally.alive()), (1, 1));
    // Of a value that lives: the caller's own; and nothing that was made is left behind.
    things.trap.set(Place::Drop(Role::Owned), || resume_unwind(Box::new("its own")));
    assert_eq!(panic_of(|| map.insert(things.owned(1), &value)), "its own");
    assert_eq!((Rc::strong_count(&value), map.len()), (1, 1));
    let (key, made) = (things.owned(1), Rc::clone(&value));
    things.trap.set(Place::Drop(Role::Owned), || resume_unwind(Box::new("its own")));
    assert_eq!(panic_of(|| map.get_or_insert_with(key, || made)), "its own");
    assert_eq!((Rc::strong_count(&value), map.len()), (1, 1));
    things.trap.set(Place::Drop(Role::Owned), || resume_unwind(Box::new("its own")));
    assert_eq!(panic_of(|| map.remove(&1)), "its own");
    assert_eq!((Rc::strong_count(&value), map.stored_len(), things.tally.alive()), (1, 0, 0));
}

/// 89: what panics in a question leaves all as it was.
#[test]
fn hash_eq_and_closures_may_panic() {
    let things = Things::default();
    let mut map = WeakValueMap::new();
    let values: Vec<_> = (0..10).map(Rc::new).collect();
    values.iter().for_each(|value| drop(map.insert(things.owned(**value), value)));
    for place in [Place::Hash(Role::Owned), Place::Eq(Role::Owned)] {
        let key = |n| {
            things.trap.disarm();
            let key = things.owned(n);
            things.trap.set(place, || resume_unwind(Box::new("a question")));
            key
        };
        for act in 0..4 {
            let asked = key(3);
            let said = panic_of(|| match act {
                0 => drop(map.get(&asked)),
                1 => drop(map.remove(&asked)),
                2 => drop(map.insert(asked, &values[4])),
                _ => drop(map.get_or_insert_with(asked, || Rc::clone(&values[4]))),
            });
            assert_eq!(said, "a question");
            assert_eq!((map.len(), things.tally.alive()), (10, 10));
        }
    }
    things.trap.disarm();
    let closure = || -> Rc<u32> { resume_unwind(Box::new("a closure")) };
    assert_eq!(panic_of(|| map.get_or_insert_with(things.owned(11), closure)), "a closure");
    let mut asked = 0;
    let keep = |_: &_, _: &_| {
        asked += 1;
        if asked == 5 { resume_unwind(Box::new("a closure")) } else { false }
    };
    assert_eq!(panic_of(|| map.retain(keep)), "a closure");
    assert_eq!((map.len(), map.stored_len(), things.tally.alive()), (6, 6, 6));
    assert!(values.iter().filter(|value| map.get(&things.owned(***value)).is_some()).count() == 6);

    let (mut map, key) = (WeakKeyMap::new(), Rc::new(1));
    let make = || -> u32 { resume_unwind(Box::new("a closure")) };
    assert_eq!(panic_of(|| *map.entry(&key).or_insert_with(make)), "a closure");
    assert!(map.is_empty() && map.stored_len() == 0);
}

/// 84: a destructor that asks for the map through a `RefCell` is told that it is busy, and nothing else happens.
#[test]
fn destructors_find_the_map_busy() {
    type Map = Rc<RefCell<WeakKeyMap<Rc<u32>, Asks>>>;
    struct Asks(Map, Rc<RefCell<usize>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            *self.1.borrow_mut() += usize::from(self.0.try_borrow_mut().is_err());
        }
    }
    let (map, busy) = (Map::default(), Rc::default());
    let keys: Vec<_> = (0..10).map(Rc::new).collect();
    for key in &keys {
        map.borrow_mut().insert(key, Asks(Rc::clone(&map), Rc::clone(&busy)));
    }
    drop(keys);
    assert_eq!((map.borrow_mut().sweep(), *busy.borrow()), (10, 10));
    assert_eq!(Rc::strong_count(&map), 1);
}
