//! User code that panics and goes back in, everywhere (laws 7, 8 and 9; 71, 84 to 89, 106): all combinations of
//!
//! * the operation ([`Subject::OPS`](world::Subject::OPS) of each map for all threads),
//! * the code of the user's that runs in it ([`Place`](crate::things::Place)),
//! * what that does: it carries out another operation on the same map, drops the last pointer to an object of it, or waits for another thread that
//!   does all of this (so no lock is held); and panics, or does not.
//!
//! Afterwards the map is as good as new ([`world::audit`]), and nothing is left of it when it is dropped.

mod alone;
mod directed;
mod returned;
mod subjects;
mod world;

use std::collections::BTreeSet;
use std::hash::RandomState;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};
use memo_tests::alone;

use crate::hashers::Colliding;
use crate::things::{Place, Role, Thing};
use world::{Subject, World, audit};

/// What the user's code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Nothing,
    /// The operation with that number.
    Goes(usize),
    /// Drops the last pointer to an object that is in.
    Kills,
    /// Waits for another thread that carries out all operations.
    Waits,
}

fn act<S: Subject>(world: &Arc<World<S>>, does: Does) {
    match does {
        Does::Nothing => {}
        Does::Goes(op) => S::OPS[op].1(world),
        Does::Kills => world.kill(),
        Does::Waits => {
            let theirs = Arc::clone(world);
            std::thread::spawn(move || S::OPS.iter().for_each(|(_, op)| op(&theirs))).join().expect("it ends");
        }
    }
}

/// Runs an operation in which the code at `place` does that, after so many times. Whether it came there.
fn run<S: Subject>(op: usize, place: Place, passes: usize, does: Does, panics: bool) -> bool {
    let world = Arc::new(World::<S>::new());
    let sprung = Arc::new(AtomicBool::new(false));
    let (theirs, seen) = (Arc::clone(&world), Arc::clone(&sprung));
    world.things.trap.set_after(place, passes, move || {
        seen.store(true, Ordering::SeqCst);
        act(&theirs, does);
        drop(theirs);
        if panics {
            // No hook is run for it.
            std::panic::resume_unwind(Box::new("the user's"));
        }
    });
    let outcome = catch_unwind(AssertUnwindSafe(|| S::OPS[op].1(&world)));
    world.things.trap.disarm();
    if let Err(panic) = outcome {
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"the user's"), "during {}", S::OPS[op].0);
        assert!(panics && sprung.load(Ordering::SeqCst));
    }
    audit(world);
    sprung.load(Ordering::SeqCst)
}

/// Code at one place does it the first time, the second, and so on: what runs later may run elsewhere.
const MOST_PASSES: usize = 4;

/// Tells what was going on, if it fails.
struct Told<S: Subject>(usize, Place, usize, Does, bool, PhantomData<S>);

impl<S: Subject> Drop for Told<S> {
    fn drop(&mut self) {
        let Self(op, place, passes, does, panics, _) = self;
        let (op, goes) = (S::OPS[*op].0, if let Does::Goes(op) = does { S::OPS[*op].0 } else { "" });
        eprintln!(
            "during `{op}`, at {place:?} after {passes}: {does:?} `{goes}`{}",
            if *panics { ", and panics" } else { "" }
        );
    }
}

/// All of it for one kind of map. Where code of the user's ran at all.
fn everything<S: Subject>() -> BTreeSet<String> {
    let mut ran = BTreeSet::new();
    for op in 0..S::OPS.len() {
        for place in Place::ALL {
            for passes in 0..MOST_PASSES {
                if !run::<S>(op, place, passes, Does::Nothing, false) {
                    break;
                }
                ran.insert(format!("{place:?}"));
                let all = (0..S::OPS.len()).map(Does::Goes).chain([Does::Nothing, Does::Kills, Does::Waits]);
                for (does, panics) in all.flat_map(|does| [(does, false), (does, true)]) {
                    let told = Told::<S>(op, place, passes, does, panics, PhantomData);
                    run::<S>(op, place, passes, does, panics);
                    std::mem::forget(told);
                }
            }
        }
    }
    ran
}

fn names(places: &[Place]) -> BTreeSet<String> {
    places.iter().map(|place| format!("{place:?}")).collect()
}

const OWNED: [Place; 4] =
    [Place::Clone(Role::Owned), Place::Drop(Role::Owned), Place::Hash(Role::Owned), Place::Eq(Role::Owned)];

/// 5: neither `Hash` nor `Eq` nor `Clone` of a key is ever called, and what is not there is not.
#[test]
fn whatever_values_of_a_key_map_do() {
    alone(|| {
        let ran = everything::<WeakKeyMap<Arc<Thing>, Thing>>();
        assert_eq!(ran, names(&[OWNED[0], OWNED[1], Place::Closure]));
    });
}

#[test]
fn whatever_closures_of_a_set_do() {
    alone(|| assert_eq!(everything::<WeakSet<Arc<Thing>>>(), names(&[Place::Closure])));
}

#[test]
fn whatever_closures_of_a_map_of_objects_to_objects_do() {
    alone(|| {
        let ran = everything::<WeakWeakMap<Arc<Thing>, Arc<Thing>>>();
        assert_eq!(ran, names(&[Place::Closure]));
    });
}

#[test]
fn whatever_keys_of_a_value_map_do() {
    alone(|| {
        let ran = everything::<WeakValueMap<Thing, Arc<Thing>, RandomState>>();
        assert_eq!(ran, names(&[OWNED[0], OWNED[1], OWNED[2], OWNED[3], Place::Closure]));
    });
}

/// 90, too.
#[test]
fn whatever_keys_of_a_value_map_do_that_all_collide() {
    alone(|| {
        let ran = everything::<WeakValueMap<Thing, Arc<Thing>, Colliding>>();
        assert_eq!(ran, names(&[OWNED[0], OWNED[1], OWNED[2], OWNED[3], Place::Closure]));
    });
}

#[test]
fn whatever_values_of_an_interner_do() {
    alone(|| {
        let ran = everything::<Interner<Thing, RandomState>>();
        assert!(ran.is_superset(&names(&[OWNED[2], OWNED[1], Place::Eq(Role::Object), Place::Closure])), "{ran:?}");
    });
}

#[test]
fn whatever_values_of_an_interner_do_that_all_collide() {
    alone(|| {
        let ran = everything::<Interner<Thing, Colliding>>();
        assert!(ran.is_superset(&names(&[OWNED[2], OWNED[1], Place::Eq(Role::Object), Place::Closure])), "{ran:?}");
    });
}
