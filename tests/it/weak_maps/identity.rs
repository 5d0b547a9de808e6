//! Which objects are one key: identity and not equality, at any address, for as long as they live (1 to 18, 107).

use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak::{WeakKeyMap, WeakSet, WeakWeakMap, unsync};
use memo_tests::{Tally, alone};

use crate::things::{Place, Role, Things};

/// 1, 9, 11, 18: there while a clone lives, and gone right after the last.
#[test]
fn an_entry_is_there_until_the_last_clone_goes() {
    let (map, mut own) = (WeakKeyMap::new(), unsync::WeakKeyMap::new());
    let (shared, local) = (Arc::new(1), Rc::new(1));
    map.insert(&shared, "a");
    own.insert(&local, "b");
    let clones = (shared.clone(), local.clone());
    drop((shared, local));
    assert_eq!((map.get(&clones.0), own.get(&clones.1)), (Some("a"), Some(&"b")));
    assert_eq!((map.len(), own.len()), (1, 1));
    drop(clones);
    assert!(map.is_empty() && own.is_empty());
    assert!(map.iter().next().is_none() && own.iter().next().is_none());
}

/// 4, 5, 9: equal objects are two, and nobody asks them.
#[test]
fn equal_objects_are_two_keys() {
    let things = Things::default();
    let all = [Place::Hash(Role::Object), Place::Eq(Role::Object), Place::Clone(Role::Object)];
    for place in all {
        things.trap.set(place, move || panic!("{place:?} of a key"));
        let (one, other) = (things.object(1), things.object(1));
        let (map, set) = (WeakKeyMap::new(), WeakSet::new());
        let mut own = unsync::WeakKeyMap::new();
        assert!(map.insert(&one, 1).is_none() && map.insert(&other, 2).is_none());
        assert!(own.insert(&one, 1).is_none() && own.insert(&other, 2).is_none());
        assert!(set.insert(&one) && set.insert(&other) && !set.insert(&one.clone()));
        assert_eq!((map.get(&one), map.get(&other)), (Some(1), Some(2)));
        assert_eq!((own.get(&one), own.get(&other)), (Some(&1), Some(&2)));
        assert_eq!((map.len(), own.len(), set.len()), (2, 2, 2));
    }
}

/// Keys that implement nothing at all, in maps that need nothing.
#[test]
fn keys_implement_nothing() {
    struct Nothing;
    let (map, key) = (WeakKeyMap::new(), Arc::new(Nothing));
    map.insert(&key, 1);
    assert!(map.contains_key(&key) && map.iter().count() == 1);
    struct Local(#[expect(dead_code, reason = "neither `Send` nor `Sync`")] *const u8);
    let (mut own, key) = (unsync::WeakSet::new(), Rc::new(Local(std::ptr::null())));
    assert!(own.insert(&key) && own.contains(&key));
}

/// 13: what has no size has an address; whatever its alignment.
#[test]
fn objects_without_a_size_are_distinct() {
    #[repr(align(64))]
    struct Aligned;
    fn distinct<T: Send + Sync + 'static>(new: impl Fn() -> T) {
        let (set, mut own) = (WeakSet::new(), unsync::WeakSet::new());
        let (all, local) = ((0..1000).map(|_| Arc::new(new())), (0..1000).map(|_| Rc::new(new())));
        let (all, local): (Vec<_>, Vec<_>) = (all.collect(), local.collect());
        assert!(all.iter().all(|object| set.insert(object)) && local.iter().all(|object| own.insert(object)));
        assert_eq!((set.len(), own.len()), (1000, 1000));
    }
    distinct(|| ());
    distinct(|| Aligned);
    distinct(|| [0_u64; 0]);
}

trait Speak: Send + Sync {
    fn word(&self) -> &str;
}

impl Speak for u8 {
    fn word(&self) -> &str {
        "number"
    }
}

impl Speak for () {
    fn word(&self) -> &str {
        "nothing"
    }
}

/// 14: fat pointers are compared by address alone; in whichever unit of code their vtable was made.
#[test]
fn unsized_objects_are_keys_by_their_address() {
    let map = WeakKeyMap::new();
    let (number, nothing): (Arc<u8>, Arc<()>) = (Arc::new(1), Arc::new(()));
    let dynamic: [Arc<dyn Speak>; 2] = [number.clone(), nothing];
    for object in &dynamic {
        map.insert(object, object.word().to_owned());
    }
    let again: Arc<dyn Speak> = number;
    assert_eq!(map.get(&again).as_deref(), Some("number"));
    assert_eq!(map.get(&dynamic[1]).as_deref(), Some("nothing"));

    let (text, slice) = (WeakKeyMap::new(), WeakKeyMap::new());
    let texts: [Arc<str>; 3] = ["a".into(), "a".into(), "".into()];
    let slices: [Arc<[u32]>; 3] = [[1].into(), [1].into(), [].into()];
    for at in 0..3 {
        assert!(text.insert(&texts[at], at).is_none() && slice.insert(&slices[at], at).is_none());
    }
    assert!((0..3).all(|at| text.get(&texts[at]) == Some(at) && slice.get(&slices[at]) == Some(at)));

    let mut own = unsync::WeakKeyMap::<Rc<dyn Speak>, u32>::new();
    let local: Rc<dyn Speak> = Rc::new(7_u8);
    own.insert(&local, 1);
    assert_eq!((own.get(&local.clone()), own.iter().count()), (Some(&1), 1));
}

/// 107: a key is not alone any more, and moves when it is changed: then it is another one.
#[test]
fn a_key_that_is_changed_is_another_one() {
    let (map, mut key) = (WeakKeyMap::new(), Arc::new(1));
    map.insert(&key, "old");
    assert!(Arc::get_mut(&mut key).is_none(), "the map has a `Weak`");
    *Arc::make_mut(&mut key) += 1;
    assert_eq!((map.get(&key), map.len()), (None, 0));
    map.insert(&key, "new");
    assert_eq!(map.len(), 1);
    // Taken out, it is dead; and may come again.
    let inner = Arc::try_unwrap(key).expect("a `Weak` is no owner");
    assert_eq!((inner, map.len()), (2, 0));
    let key = Arc::new(inner);
    assert_eq!(map.get(&key), None);
    map.clear();
    let mut key = key;
    assert!(Arc::get_mut(&mut key).is_some());

    let (mut own, mut key) = (unsync::WeakKeyMap::new(), Rc::new(1));
    own.insert(&key, "old");
    *Rc::make_mut(&mut key) += 1;
    assert_eq!((own.get(&key), own.len()), (None, 0));
}

/// 6, 7: an address that is used again is another object, in a loop that has the allocator give the same ones again and again.
#[test]
fn an_address_that_is_used_again_is_another_key() {
    let (map, set, weak) = (WeakKeyMap::new(), WeakSet::new(), WeakWeakMap::new());
    let (mut own, value) = (unsync::WeakKeyMap::new(), Arc::new(0));
    let mut addresses = std::collections::HashSet::new();
    let mut again = 0;
    for n in 0..20_000 {
        let key = Arc::new(n);
        again += usize::from(!addresses.insert(Arc::as_ptr(&key).addr()));
        assert!(map.get(&key).is_none() && own.get(&key).is_none() && !set.contains(&key) && weak.get(&key).is_none());
        assert!(map.insert(&key, n).is_none() && own.insert(&key, n).is_none());
        assert!(set.insert(&key) && weak.insert(&key, &value).is_none());
        assert_eq!((map.get(&key), own.get(&key)), (Some(n), Some(&n)));
        if n % 3 == 0 {
            assert!(map.remove(&key).is_some() && own.remove(&key).is_some());
            assert!(set.remove(&key) && weak.remove(&key).is_some());
        }
        if n % 1000 == 0 {
            let _: (usize, usize, usize, usize) = (map.sweep(), own.sweep(), set.sweep(), weak.sweep());
        }
    }
    // Those of a sanitizer come late.
    assert!(again == 0 || again > 1000, "the test is of use where addresses come again: {again}");
}

/// Law 3: whatever is asked, nobody is kept alive.
#[test]
fn nobody_is_kept_alive_by_any_question() {
    alone(|| {
        let (map, set, key, value) = (WeakKeyMap::new(), WeakSet::new(), Arc::new(1), Arc::new(2));
        let weak = WeakWeakMap::new();
        let count = |what: &str| assert_eq!((Arc::strong_count(&key), Arc::strong_count(&value)), (1, 1), "{what}");
        map.insert(&key, 1);
        set.insert(&key);
        weak.insert(&key, &value);
        count("insert");
        let _ = (map.get(&key), map.contains_key(&key), set.contains(&key), weak.get(&key));
        count("get");
        let _ = (map.update(&key, |old| old + 1), map.get_or_insert_with(&key, || 7));
        count("update");
        let _ = (map.iter().count(), set.iter().count(), weak.iter().count(), map.keys().next(), map.values().next());
        count("iterate");
        map.retain(|_, _| true);
        set.retain(|_| true);
        weak.retain(|_, _| true);
        count("retain");
        let others = (map.clone(), set.clone(), weak.clone());
        count("clone");
        let _ = (set == others.1, set.is_subset(&others.1), format!("{map:?} {set:?} {weak:?}"));
        count("compare");
        drop((map.remove(&key), set.remove(&key), weak.remove(&key)));
        count("remove");
        drop((map, set, weak, others));
        count("the end");
        assert_eq!(Arc::weak_count(&key), 0);
    });
}

/// 2, 3: what a key had goes once, and all of it.
#[test]
fn values_are_dropped_once() {
    alone(|| {
        let tally = Tally::new();
        let maps: Vec<_> = (0..10).map(|_| WeakKeyMap::new()).collect();
        let key = Arc::new(());
        maps.iter().for_each(|map| drop(map.insert(&key, tally.token())));
        assert_eq!(tally.alive(), 10);
        drop(key);
        memo_core::sweep();
        assert_eq!((tally.alive(), tally.made(), tally.dropped()), (0, 10, 10));
    });
}
