//! Objects, keys and values whose every move is the user's.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use memo_tests::{Tally, Token};

/// What a thing is in a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// What is held weakly.
    Object,
    /// What the map owns: a key or a value.
    Owned,
}

/// Which code of the user's runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Hash(Role),
    Eq(Role),
    Clone(Role),
    Drop(Role),
    /// The closure of `retain`, `update` and the like.
    Closure,
}

impl Place {
    pub(crate) const ALL: [Self; 9] = [
        Self::Hash(Role::Object),
        Self::Hash(Role::Owned),
        Self::Eq(Role::Object),
        Self::Eq(Role::Owned),
        Self::Clone(Role::Object),
        Self::Clone(Role::Owned),
        Self::Drop(Role::Object),
        Self::Drop(Role::Owned),
        Self::Closure,
    ];
}

type Act = Box<dyn FnOnce() + Send>;

/// What is done at a place: once, the next time that code of a thing runs there, or after so many times.
#[derive(Clone, Default)]
pub(crate) struct Trap(Arc<Mutex<Option<(Place, usize, Act)>>>);

impl Trap {
    pub(crate) fn set(&self, place: Place, act: impl FnOnce() + Send + 'static) {
        self.set_after(place, 0, act);
    }

    pub(crate) fn set_after(&self, place: Place, passes: usize, act: impl FnOnce() + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((place, passes, Box::new(act)));
    }

    pub(crate) fn disarm(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    pub(crate) fn pass(&self, place: Place) {
        let sprung = {
            let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &mut *set {
                Some((there, 0, _)) if *there == place => set.take(),
                Some((there, passes, _)) if *there == place => {
                    *passes -= 1;
                    None
                }
                _ => None,
            }
        };
        if let Some((_, _, act)) = sprung {
            act();
        }
    }
}

/// An object, a key or a value: equal by its number, and counted.
pub(crate) struct Thing {
    pub(crate) number: u32,
    role: Role,
    trap: Trap,
    counted: Token,
}

impl fmt::Debug for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl Hash for Thing {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.trap.pass(Place::Hash(self.role));
        self.number.hash(state);
    }
}

impl PartialEq for Thing {
    fn eq(&self, other: &Self) -> bool {
        self.trap.pass(Place::Eq(self.role));
        self.number == other.number
    }
}

impl Eq for Thing {}

impl Borrow<u32> for Thing {
    fn borrow(&self) -> &u32 {
        &self.number
    }
}

impl Clone for Thing {
    fn clone(&self) -> Self {
        self.trap.pass(Place::Clone(self.role));
        Self { number: self.number, role: self.role, trap: self.trap.clone(), counted: self.counted.clone() }
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        self.trap.pass(Place::Drop(self.role));
    }
}

/// Makes things.
#[derive(Clone, Default)]
pub(crate) struct Things {
    pub(crate) trap: Trap,
    pub(crate) tally: Tally,
}

impl Things {
    fn thing(&self, role: Role, number: u32) -> Thing {
        Thing { number, role, trap: self.trap.clone(), counted: self.tally.token() }
    }

    pub(crate) fn owned(&self, number: u32) -> Thing {
        self.thing(Role::Owned, number)
    }

    pub(crate) fn object(&self, number: u32) -> Arc<Thing> {
        Arc::new(self.thing(Role::Object, number))
    }
}
