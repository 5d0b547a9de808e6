//! Every kind of map and set, with every kind of object and value.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak::{Interner, SharedKey, Strong, WeakKey, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap, unsync};
use memo_tests::{Tally, Token};

use super::handles::{Any, Handle, Object, Valued};
use super::world::{Command, Kind, run, slot_of};
use crate::hashers::Colliding;

pub(super) type Run = fn(&[Command]);

macro_rules! all {
    ($($kind:ty;)+) => {
        pub(super) const ALL: &[(&str, Run)] = &[$((stringify!($kind), run::<$kind>)),+];
    };
}

all! {
    Keys<Arc<Object>, u32>;
    Keys<Arc<Object>, Counted>;
    Keys<Arc<str>, Counted>;
    Keys<Arc<dyn Any>, u32>;
    Keys<Arc<dyn Any>, Counted>;
    OwnKeys<Arc<Object>, u32>;
    OwnKeys<Rc<Object>, Counted>;
    OwnKeys<Rc<str>, u32>;
    OwnKeys<Rc<dyn Any>, Counted>;
    Set<Arc<Object>>;
    Set<Arc<dyn Any>>;
    OwnSet<Rc<Object>>;
    OwnSet<Arc<str>>;
    Named<Arc<Object>, RandomState>;
    Named<Arc<dyn Any>, Colliding>;
    OwnNamed<Rc<Object>, RandomState>;
    OwnNamed<Arc<str>, Colliding>;
    Both<Arc<Object>>;
    Both<Arc<dyn Any>>;
    OwnBoth<Rc<Object>>;
    OwnBoth<Arc<dyn Any>>;
    Interned<Valued, RandomState>;
    Interned<str, RandomState>;
    Interned<Valued, Colliding>;
}

/// A value that a map owns.
trait Value: Clone + Send + Sync + 'static {
    fn of(value: u32, tally: &Tally) -> Self;
    fn number(&self) -> u32;
}

impl Value for u32 {
    fn of(value: u32, _: &Tally) -> Self {
        value
    }
    fn number(&self) -> u32 {
        *self
    }
}

/// A value with a destructor.
#[derive(Clone)]
struct Counted(u32, #[expect(dead_code, reason = "counted")] Token);

impl Value for Counted {
    fn of(value: u32, tally: &Tally) -> Self {
        Self(value, tally.token())
    }
    fn number(&self) -> u32 {
        self.0
    }
}

/// A key of a map to objects: the slot of the object, which other objects had before.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Name(usize, Token);

impl Name {
    fn of<H: Handle>(object: &H, tally: &Tally) -> Self {
        Self(slot_of(object.number()), tally.token())
    }
}

/// What all maps have by the same names.
macro_rules! common {
    // And those for all threads say how many they cleared.
    (shared) => {
        common!(@Some);
    };
    (own) => {
        common!(@|()| None);
    };
    (@$cleared:expr) => {
        fn sweep(&mut self) -> usize {
            self.map.sweep()
        }
        fn clear(&mut self) -> Option<usize> {
            $cleared(self.map.clear())
        }
        fn counts(&self) -> [usize; 3] {
            assert_eq!(self.map.is_empty(), self.map.len() == 0);
            [self.map.len(), self.map.stored_len(), self.map.capacity()]
        }
        fn reserve(&mut self, more: usize) {
            self.map.reserve(more);
        }
        fn shrink(&mut self) {
            self.map.shrink_to_fit();
        }
    };
}

/// The same in another order.
fn assert_same(numbers: impl Iterator<Item = u32>, expected: impl Iterator<Item = u32>) {
    let (mut numbers, expected) = (numbers.collect::<Vec<_>>(), expected.collect::<BTreeSet<_>>());
    numbers.sort_unstable();
    assert_eq!(numbers, expected.into_iter().collect::<Vec<_>>());
}

/// Those of `there` that are not among `without`.
fn rest<H: Handle>(there: &[u32], without: &[H]) -> impl Iterator<Item = u32> {
    there.iter().copied().filter(|number| without.iter().all(|object| object.number() != *number))
}

struct Keys<H: SharedKey, V: Value> {
    map: WeakKeyMap<H, V>,
    tally: Tally,
}

impl<H: Handle + SharedKey + Strong, V: Value> Kind for Keys<H, V> {
    type Handle = H;
    const VALUES: bool = true;
    fn new(tally: &Tally) -> Self {
        Self { map: WeakKeyMap::new(), tally: tally.clone() }
    }
    fn insert(&mut self, object: &H, value: u32) -> Option<u32> {
        self.map.insert(object, V::of(value, &self.tally)).map(|old| old.number())
    }
    fn get(&mut self, object: &H) -> Option<u32> {
        let value = self.map.get(object).map(|value| value.number());
        assert_eq!(self.map.contains_key(object), value.is_some());
        assert_eq!(self.map.get_ref(object).map(|value| value.number()), value);
        value
    }
    fn update(&mut self, object: &H, change: impl Fn(u32) -> u32) -> Option<u32> {
        let updated = self.map.update(object, |old| V::of(change(old.number()), &self.tally));
        updated.map(|new| new.number())
    }
    fn get_or_insert(&mut self, object: &H, value: u32) -> u32 {
        self.map.get_or_insert_with(object, || V::of(value, &self.tally)).number()
    }
    fn remove(&mut self, object: &H) -> Option<Option<u32>> {
        Some(self.map.remove(object).map(|value| value.number()))
    }
    fn retain(&mut self, keep: impl Fn(u32) -> bool) -> bool {
        self.map.retain(|object, _| keep(object.number()));
        true
    }
    fn each(&self, mut act: impl FnMut(u32, u32)) {
        self.map.iter().for_each(|(object, value)| act(object.number(), value.number()));
    }
    fn extend(&mut self, all: Vec<(H, u32)>) {
        self.map.extend(all.iter().map(|(object, value)| (object, V::of(*value, &self.tally))));
    }
    fn beside(&self, without: &[H], there: &[u32]) {
        let clone = self.map.clone();
        without.iter().for_each(|object| drop(clone.remove(object)));
        assert_same(clone.keys().map(|object| object.number()), rest(there, without));
        assert_eq!(clone.values().count(), clone.len());
    }
    common!(shared);
}

struct OwnKeys<H: WeakKey, V> {
    map: unsync::WeakKeyMap<H, V>,
    tally: Tally,
}

impl<H: Handle + Strong, V: Value> Kind for OwnKeys<H, V> {
    type Handle = H;
    const VALUES: bool = true;
    fn new(tally: &Tally) -> Self {
        Self { map: unsync::WeakKeyMap::new(), tally: tally.clone() }
    }
    fn insert(&mut self, object: &H, value: u32) -> Option<u32> {
        let value = V::of(value, &self.tally);
        match self.map.entry(object) {
            unsync::Entry::Occupied(mut there) => Some(there.insert(value).number()),
            unsync::Entry::Vacant(_) => self.map.insert(object, value).map(|old| old.number()),
        }
    }
    fn get(&mut self, object: &H) -> Option<u32> {
        let value = self.map.get(object).map(Value::number);
        assert_eq!(self.map.contains_key(object), value.is_some());
        value
    }
    fn update(&mut self, object: &H, change: impl Fn(u32) -> u32) -> Option<u32> {
        let value = self.map.get_mut(object)?;
        *value = V::of(change(value.number()), &self.tally);
        Some(value.number())
    }
    fn get_or_insert(&mut self, object: &H, value: u32) -> u32 {
        self.map.entry(object).or_insert_with(|| V::of(value, &self.tally)).number()
    }
    fn remove(&mut self, object: &H) -> Option<Option<u32>> {
        Some(self.map.remove(object).map(|value| value.number()))
    }
    fn retain(&mut self, keep: impl Fn(u32) -> bool) -> bool {
        self.map.retain(|object, _| keep(object.number()));
        true
    }
    fn each(&self, mut act: impl FnMut(u32, u32)) {
        self.map.iter().for_each(|(object, value)| act(object.number(), value.number()));
    }
    fn extend(&mut self, all: Vec<(H, u32)>) {
        self.map.extend(all.iter().map(|(object, value)| (object, V::of(*value, &self.tally))));
    }
    fn beside(&self, without: &[H], there: &[u32]) {
        let mut clone = self.map.clone();
        without.iter().for_each(|object| drop(clone.remove(object)));
        assert_same(clone.keys().map(|object| object.number()), rest(there, without));
        assert_eq!((clone.values().count(), clone.values_mut().count()), (clone.len(), clone.len()));
        assert_same(clone.drain().map(|(object, _)| object.number()), rest(there, without));
        assert_eq!(clone.stored_len(), 0);
    }
    common!(own);
}

macro_rules! sets {
    ($($kind:ident: $set:ty, $key:path, $common:ident;)+) => {$(
        struct $kind<H: $key> {
            map: $set,
        }

        impl<H: Handle + Strong + $key> Kind for $kind<H> {
            type Handle = H;
            const VALUES: bool = false;
            fn new(_: &Tally) -> Self {
                Self { map: <$set>::new() }
            }
            fn insert(&mut self, object: &H, _: u32) -> Option<u32> {
                (!self.map.insert(object)).then_some(0)
            }
            fn get(&mut self, object: &H) -> Option<u32> {
                self.map.contains(object).then_some(0)
            }
            fn update(&mut self, object: &H, _: impl Fn(u32) -> u32) -> Option<u32> {
                self.get(object)
            }
            fn get_or_insert(&mut self, object: &H, _: u32) -> u32 {
                self.map.insert(object);
                0
            }
            fn remove(&mut self, object: &H) -> Option<Option<u32>> {
                Some(self.map.remove(object).then_some(0))
            }
            fn retain(&mut self, keep: impl Fn(u32) -> bool) -> bool {
                self.map.retain(|object| keep(object.number()));
                true
            }
            fn each(&self, mut act: impl FnMut(u32, u32)) {
                self.map.iter().for_each(|object| act(object.number(), 0));
            }
            fn extend(&mut self, all: Vec<(H, u32)>) {
                self.map.extend(all.into_iter().map(|(object, _)| object));
            }
            fn beside(&self, without: &[H], there: &[u32]) {
                let (map, others) = (&self.map, without.iter().collect::<$set>());
                let numbers = |all: Vec<H>| all.into_iter().map(|object| object.number());
                let is_other = |number: &u32| without.iter().any(|object| object.number() == *number);
                let (inside, outside): (Vec<u32>, Vec<u32>) = there.iter().copied().partition(is_other);
                let more = others.iter().map(|object| object.number()).filter(|number| !there.contains(number));
                let more: Vec<_> = more.collect();
                assert_same(numbers(map.intersection(&others).collect()), inside.iter().copied());
                assert_same(numbers(map.difference(&others).collect()), outside.iter().copied());
                assert_same(numbers(others.difference(map).collect()), more.iter().copied());
                let either = there.iter().chain(&more).copied();
                assert_same(numbers(map.union(&others).collect()), either);
                let one = outside.iter().chain(&more).copied();
                assert_same(numbers(map.symmetric_difference(&others).collect()), one);
                assert_eq!(map.is_disjoint(&others), inside.is_empty());
                assert_eq!(map.is_superset(&others), more.is_empty());
                assert_eq!(map.is_subset(&others), outside.is_empty());
                assert_eq!(*map == others, more.is_empty() && outside.is_empty());
                assert!(map.clone() == *map);
            }
            common!($common);
        }
    )+};
}

sets! {
    Set: WeakSet<H>, SharedKey, shared;
    OwnSet: unsync::WeakSet<H>, WeakKey, own;
}

macro_rules! value_maps {
    ($($kind:ident: $map:ty, $value:path, $common:ident;)+) => {$(
        struct $kind<H: $value + Strong, S> {
            map: $map,
            tally: Tally,
        }

        impl<H: Handle + Strong + $value, S: BuildHasher + Clone + Default> Kind for $kind<H, S> {
            type Handle = H;
            const VALUES: bool = false;
            fn new(tally: &Tally) -> Self {
                Self { map: <$map>::with_hasher(S::default()), tally: tally.clone() }
            }
            fn insert(&mut self, object: &H, _: u32) -> Option<u32> {
                let old = self.map.insert(Name::of(object, &self.tally), object);
                old.map(|old| {
                    assert!(old.is(object));
                    0
                })
            }
            fn get(&mut self, object: &H) -> Option<u32> {
                let name = Name::of(object, &self.tally);
                let there = self.map.get(&name);
                assert_eq!(self.map.contains_key(&name), there.is_some());
                there.map(|there| {
                    assert!(there.is(object));
                    0
                })
            }
            fn update(&mut self, object: &H, _: impl Fn(u32) -> u32) -> Option<u32> {
                self.get(object)
            }
            fn get_or_insert(&mut self, object: &H, _: u32) -> u32 {
                let there = self.map.get_or_insert_with(Name::of(object, &self.tally), || object.clone());
                assert!(there.is(object));
                0
            }
            fn remove(&mut self, object: &H) -> Option<Option<u32>> {
                Some(self.map.remove(&Name::of(object, &self.tally)).map(|_| 0))
            }
            fn retain(&mut self, keep: impl Fn(u32) -> bool) -> bool {
                self.map.retain(|_, object| keep(object.number()));
                true
            }
            fn each(&self, mut act: impl FnMut(u32, u32)) {
                self.map.iter().for_each(|(name, object)| {
                    assert_eq!(name.0, slot_of(object.number()));
                    act(object.number(), 0);
                });
            }
            fn extend(&mut self, all: Vec<(H, u32)>) {
                let tally = &self.tally;
                self.map.extend(all.into_iter().map(|(object, _)| (Name::of(&object, tally), object)));
            }
            #[allow(unused_mut, reason = "the one for all threads is changed through `&`")]
            fn beside(&self, without: &[H], there: &[u32]) {
                let mut clone = self.map.clone();
                without.iter().for_each(|object| drop(clone.remove(&Name::of(object, &self.tally))));
                assert_same(clone.values().map(|object| object.number()), rest(there, without));
                assert_eq!(clone.keys().count(), clone.len());
            }
            common!($common);
        }
    )+};
}

value_maps! {
    Named: WeakValueMap<Name, H, S>, SharedKey, shared;
    OwnNamed: unsync::WeakValueMap<Name, H, S>, WeakKey, own;
}

const NUMBERS: usize = 4;

macro_rules! weak_weak_maps {
    ($($kind:ident: $map:ty, $key:path, $common:ident;)+) => {$(
        struct $kind<H: $key> {
            map: $map,
            /// Somebody has to own the values.
            values: [Arc<u32>; NUMBERS],
        }

        impl<H: Handle + Strong + $key> Kind for $kind<H> {
            type Handle = H;
            const VALUES: bool = true;
            fn new(_: &Tally) -> Self {
                Self { map: <$map>::new(), values: std::array::from_fn(|value| Arc::new(value as u32)) }
            }
            fn insert(&mut self, object: &H, value: u32) -> Option<u32> {
                self.map.insert(object, &self.values[value as usize]).map(|old| *old)
            }
            fn get(&mut self, object: &H) -> Option<u32> {
                let value = self.map.get(object);
                assert_eq!(self.map.contains_key(object), value.is_some());
                value.map(|value| *value)
            }
            fn update(&mut self, object: &H, change: impl Fn(u32) -> u32) -> Option<u32> {
                let new = change(*self.map.get(object)?);
                self.map.insert(object, &self.values[new as usize]);
                Some(new)
            }
            fn get_or_insert(&mut self, object: &H, value: u32) -> u32 {
                *self.map.get_or_insert_with(object, || Arc::clone(&self.values[value as usize]))
            }
            fn remove(&mut self, object: &H) -> Option<Option<u32>> {
                Some(self.map.remove(object).map(|value| *value))
            }
            fn retain(&mut self, keep: impl Fn(u32) -> bool) -> bool {
                self.map.retain(|object, _| keep(object.number()));
                true
            }
            fn each(&self, mut act: impl FnMut(u32, u32)) {
                self.map.iter().for_each(|(object, value)| act(object.number(), *value));
            }
            fn extend(&mut self, all: Vec<(H, u32)>) {
                let values = &self.values;
                self.map.extend(all.into_iter().map(|(object, value)| (object, Arc::clone(&values[value as usize]))));
            }
            #[allow(unused_mut, reason = "the one for all threads is changed through `&`")]
            fn beside(&self, without: &[H], there: &[u32]) {
                let mut clone = self.map.clone();
                without.iter().for_each(|object| drop(clone.remove(object)));
                assert_same(clone.iter().map(|(object, _)| object.number()), rest(there, without));
            }
            common!($common);
        }
    )+};
}

weak_weak_maps! {
    Both: WeakWeakMap<H, Arc<u32>>, SharedKey, shared;
    OwnBoth: unsync::WeakWeakMap<H, Arc<u32>>, WeakKey, own;
}

struct Interned<T: ?Sized + Send + Sync + 'static, S> {
    map: Interner<T, S>,
    tally: Tally,
}

impl<T, S> Kind for Interned<T, S>
where
    T: ?Sized + Hash + Eq + Send + Sync + 'static,
    Arc<T>: Handle,
    S: BuildHasher + Default,
{
    type Handle = Arc<T>;
    const VALUES: bool = false;
    fn new(tally: &Tally) -> Self {
        Self { map: Interner::with_hasher(S::default()), tally: tally.clone() }
    }
    fn insert(&mut self, object: &Arc<T>, _: u32) -> Option<u32> {
        let there = self.get(object);
        assert!(self.map.intern(Arc::clone(object)).is(object));
        there
    }
    fn get(&mut self, object: &Arc<T>) -> Option<u32> {
        let there = self.map.get(&**object);
        assert_eq!(self.map.contains(object), there.is_some());
        there.map(|there| {
            assert!(there.is(object));
            0
        })
    }
    fn update(&mut self, object: &Arc<T>, _: impl Fn(u32) -> u32) -> Option<u32> {
        // An equal one is the same.
        let there = self.get(object)?;
        assert!(self.map.intern(Arc::make(object.number(), &self.tally)).is(object));
        Some(there)
    }
    fn get_or_insert(&mut self, object: &Arc<T>, _: u32) -> u32 {
        assert!(self.map.intern_with(&**object, || Arc::clone(object)).is(object));
        0
    }
    fn remove(&mut self, _: &Arc<T>) -> Option<Option<u32>> {
        None
    }
    fn retain(&mut self, _: impl Fn(u32) -> bool) -> bool {
        false
    }
    fn each(&self, mut act: impl FnMut(u32, u32)) {
        self.map.iter().for_each(|object| act(object.number(), 0));
    }
    fn extend(&mut self, all: Vec<(Arc<T>, u32)>) {
        all.into_iter().for_each(|(object, _)| drop(self.map.intern(object)));
    }
    fn beside(&self, _: &[Arc<T>], _: &[u32]) {}
    common!(shared);
}
