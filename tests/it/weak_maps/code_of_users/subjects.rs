//! The maps for all threads, and everything that can be asked of them.

use std::hash::RandomState;
use std::sync::Arc;

use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};

use super::world::{DEAD, Op, Subject};
use crate::hashers::Colliding;
use crate::things::{Thing, Things};

/// Whatever comes back.
fn done<T>(_: T) {}

/// What all have alike.
macro_rules! common {
    (@ops) => {
        &[
            ("sweep", |world| done(world.map.sweep())),
            ("sweep all", |_| done(memo_core::sweep())),
            ("clear", |world| done(world.map.clear())),
            ("len", |world| done(world.map.counts())),
            ("reserve", |world| world.map.reserve(1000)),
            ("shrink", |world| world.map.shrink_to_fit()),
            ("debug", |world| done(format!("{:?}", world.map))),
        ]
    };
    ($empty:expr) => {
        fn empty() -> Self {
            $empty
        }
        fn counts(&self) -> (usize, usize) {
            let living = self.len();
            assert_eq!(self.is_empty(), living == 0);
            (living, self.stored_len())
        }
    };
}

/// The same list for all, with the rest before it.
const fn joined<S: 'static, const N: usize>(first: &[Op<S>], then: &[Op<S>]) -> [Op<S>; N] {
    let mut all: [Op<S>; N] = [then[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() { first[at] } else { then[at - first.len()] };
        at += 1;
    }
    all
}

macro_rules! ops {
    ($($name:literal: $op:expr;)+) => {{
        const OWN: &[Op<This>] = &[$(($name, $op)),+];
        const COMMON: &[Op<This>] = common!(@ops);
        const ALL: [Op<This>; OWN.len() + COMMON.len()] = joined(OWN, COMMON);
        &ALL
    }};
}

mod key_map {
    use super::*;

    type This = WeakKeyMap<Arc<Thing>, Thing>;

    impl Subject for This {
        const OPS: &'static [Op<This>] = ops! {
            "get": |world| done(world.map.get(&world.here));
            "get what is not there": |world| done(world.map.get(&world.new));
            "get a reference": |world| done(world.map.get_ref(&world.here));
            "hold a reference over its end": |world| {
                let there = world.map.get_ref(&world.here);
                done(world.map.remove(&world.here));
                done(there);
            };
            "contains": |world| done(world.map.contains_key(&world.here));
            "replace": |world| done(world.map.insert(&world.here, world.things.owned(1)));
            "insert": |world| done(world.map.insert(&world.new, world.things.owned(3)));
            "get or insert what is there": |world| done(world.map.get_or_insert_with(&world.here, || world.things.owned(1)));
            "get or insert": |world| {
                done(world.map.get_or_insert_with(&world.new, || {
                    world.closure();
                    world.things.owned(3)
                }));
            };
            "update": |world| {
                done(world.map.update(&world.here, |old| {
                    let new = world.things.owned(old.number);
                    world.closure();
                    new
                }));
            };
            "remove": |world| done(world.map.remove(&world.here));
            "remove what is not there": |world| done(world.map.remove(&world.new));
            "keep all": |world| world.map.retain(|_, _| {
                world.closure();
                true
            });
            "keep none": |world| world.map.retain(|_, _| {
                world.closure();
                false
            });
            "iterate": |world| world.map.iter().for_each(drop);
            "begin to iterate": |world| done(world.map.iter().next());
            "iterate over keys": |world| world.map.keys().for_each(drop);
            "iterate over values": |world| world.map.values().for_each(drop);
            "clone": |world| done(world.map.clone());
            "extend": |world| (&world.map).extend([(&world.here, world.things.owned(1)), (&world.new, world.things.owned(3))]);
        };

        fn put(&self, things: &Things, object: &Arc<Thing>) {
            self.insert(object, things.owned(object.number));
        }
        fn take(&self, _: &Things, object: &Arc<Thing>) {
            self.remove(object);
            assert!(self.get_ref(object).is_none() && !self.contains_key(object));
        }
        fn numbers(&self) -> Vec<u32> {
            self.iter()
                .map(|(key, value)| {
                    assert_eq!(value.number, key.number);
                    key.number
                })
                .collect()
        }
        common!(Self::new());
    }
}

mod set {
    use super::*;

    type This = WeakSet<Arc<Thing>>;

    impl Subject for This {
        const OPS: &'static [Op<This>] = ops! {
            "contains": |world| done(world.map.contains(&world.here));
            "insert what is there": |world| done(world.map.insert(&world.here));
            "insert": |world| done(world.map.insert(&world.new));
            "remove": |world| done(world.map.remove(&world.here));
            "keep all": |world| world.map.retain(|_| {
                world.closure();
                true
            });
            "keep none": |world| world.map.retain(|_| {
                world.closure();
                false
            });
            "iterate": |world| world.map.iter().for_each(drop);
            "with another set": |world| {
                let other = world.map.clone();
                other.insert(&world.new);
                world.map.union(&other).for_each(drop);
                world.map.symmetric_difference(&other).for_each(drop);
                let _ = world.map == other;
            };
            "extend": |world| (&world.map).extend([&world.here, &world.new]);
        };

        fn put(&self, _: &Things, object: &Arc<Thing>) {
            self.insert(object);
        }
        fn take(&self, _: &Things, object: &Arc<Thing>) {
            self.remove(object);
            assert!(!self.contains(object));
        }
        fn numbers(&self) -> Vec<u32> {
            self.iter().map(|object| object.number).collect()
        }
        common!(Self::new());
    }
}

mod weak_weak_map {
    use super::*;

    type This = WeakWeakMap<Arc<Thing>, Arc<Thing>>;

    impl Subject for This {
        const OPS: &'static [Op<This>] = ops! {
            "get": |world| done(world.map.get(&world.here));
            "contains": |world| done(world.map.contains_key(&world.here));
            "replace": |world| done(world.map.insert(&world.here, &world.here));
            "insert": |world| done(world.map.insert(&world.new, &world.new));
            "get or insert what is there": |world| done(world.map.get_or_insert_with(&world.here, || Arc::clone(&world.here)));
            "get or insert": |world| {
                done(world.map.get_or_insert_with(&world.new, || {
                    world.closure();
                    Arc::clone(&world.new)
                }));
            };
            "remove": |world| done(world.map.remove(&world.here));
            "keep all": |world| world.map.retain(|_, _| {
                world.closure();
                true
            });
            "keep none": |world| world.map.retain(|_, _| {
                world.closure();
                false
            });
            "iterate": |world| world.map.iter().for_each(drop);
            "clone": |world| done(world.map.clone());
            "extend": |world| (&world.map).extend([(Arc::clone(&world.new), Arc::clone(&world.new))]);
        };

        fn put(&self, _: &Things, object: &Arc<Thing>) {
            self.insert(object, object);
        }
        fn take(&self, _: &Things, object: &Arc<Thing>) {
            self.remove(object);
            assert!(self.get(object).is_none());
        }
        fn numbers(&self) -> Vec<u32> {
            self.iter().map(|(key, _)| key.number).collect()
        }
        common!(Self::new());
    }
}

macro_rules! value_map {
    ($name:ident: $hasher:ty) => {
        mod $name {
            use super::*;

            type This = WeakValueMap<Thing, Arc<Thing>, $hasher>;

            impl Subject for This {
                const OPS: &'static [Op<This>] = ops! {
                    "get": |world| done(world.map.get(&world.things.owned(1)));
                    "get what is not there": |world| done(world.map.get(&world.things.owned(3)));
                    "get what is dead": |world| done(world.map.get(&world.things.owned(DEAD)));
                    "contains": |world| done(world.map.contains_key(&world.things.owned(1)));
                    "replace": |world| done(world.map.insert(world.things.owned(1), &world.here));
                    "insert": |world| done(world.map.insert(world.things.owned(3), &world.new));
                    "get or insert what is there": |world| {
                        done(world.map.get_or_insert_with(world.things.owned(1), || Arc::clone(&world.here)));
                    };
                    "get or insert": |world| {
                        done(world.map.get_or_insert_with(world.things.owned(3), || {
                            world.closure();
                            Arc::clone(&world.new)
                        }));
                    };
                    "remove": |world| done(world.map.remove(&world.things.owned(1)));
                    "remove what is not there": |world| done(world.map.remove(&world.things.owned(3)));
                    "keep all": |world| world.map.retain(|_, _| {
                        world.closure();
                        true
                    });
                    "keep none": |world| world.map.retain(|_, _| {
                        world.closure();
                        false
                    });
                    "iterate": |world| world.map.iter().for_each(drop);
                    "begin to iterate": |world| done(world.map.iter().next());
                    "iterate over keys": |world| world.map.keys().for_each(drop);
                    "iterate over values": |world| world.map.values().for_each(drop);
                    "clone": |world| done(world.map.clone());
                    "extend": |world| (&world.map).extend([(world.things.owned(3), Arc::clone(&world.new))]);
                };

                fn put(&self, things: &Things, object: &Arc<Thing>) {
                    self.insert(things.owned(object.number), object);
                }
                fn take(&self, things: &Things, object: &Arc<Thing>) {
                    self.remove(&things.owned(object.number));
                    assert!(self.get(&things.owned(object.number)).is_none());
                }
                fn numbers(&self) -> Vec<u32> {
                    self.iter()
                        .map(|(key, value)| {
                            assert_eq!(key.number, value.number);
                            value.number
                        })
                        .collect()
                }
                common!(Self::default());
            }
        }
    };
}

value_map! { value_map: RandomState }
value_map! { colliding_value_map: Colliding }

macro_rules! interner {
    ($name:ident: $hasher:ty) => {
        mod $name {
            use super::*;

            type This = Interner<Thing, $hasher>;

            impl Subject for This {
                const OPS: &'static [Op<This>] = ops! {
                    "get": |world| done(world.map.get(&world.things.owned(1)));
                    "get what is not there": |world| done(world.map.get(&world.things.owned(3)));
                    "get what is dead": |world| done(world.map.get(&world.things.owned(DEAD)));
                    "contains": |world| done(world.map.contains(&world.here));
                    "intern an equal one": |world| done(world.map.intern(world.things.owned(1)));
                    "intern the object": |world| done(world.map.intern(Arc::clone(&world.here)));
                    "intern": |world| done(world.map.intern(Arc::clone(&world.new)));
                    "intern what is dropped at once": |world| done(world.map.intern(world.things.owned(7)));
                    "intern with": |world| {
                        done(world.map.intern_with(&world.things.owned(3), || {
                            world.closure();
                            Arc::clone(&world.new)
                        }));
                    };
                    "iterate": |world| world.map.iter().for_each(drop);
                };

                fn put(&self, _: &Things, object: &Arc<Thing>) {
                    assert!(Arc::ptr_eq(&self.intern(Arc::clone(object)), object), "the only one of its value");
                    assert!(self.contains(object));
                }
                fn take(&self, _: &Things, _: &Arc<Thing>) {
                    self.clear();
                }
                fn numbers(&self) -> Vec<u32> {
                    self.iter().map(|object| object.number).collect()
                }
                common!(Self::with_hasher(<$hasher>::default()));
            }
        }
    };
}

interner! { interner: RandomState }
interner! { colliding_interner: Colliding }
