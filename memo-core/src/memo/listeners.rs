//! Who is notified when results of a memo are dropped, and why they are.
//!
//! # Invariants
//!
//! 1. A listener is called with no lock held, once for each result that was removed from its cell with its value, before the result is
//!    dropped. Results that are not stored, and flights that are detached, notify no listener.
//! 2. A memo without listeners pays one relaxed load for each dropped result; a hit pays nothing.
//! 3. An end that was found to run no user code notifies no listener: one that was added since then came too late for it. So the
//!    check is made once, and its outcome passed on ([`Why`]).

use std::any::Any;
use std::sync::Arc;

use super::counting::counter_block::Count;
use crate::sys::panics::{OnItsWay, Panics};
use crate::sys::sync::plain::{AtomicBool, AtomicU64, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// Why a result was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum RemovalCause {
    /// Its owner or another weak argument died. For results of one thread also: that thread ended.
    ObjectGone,
    /// It was evicted because its owner had more results than `capacity` allows.
    Evicted,
    /// It expired.
    Expired,
    /// It was removed by `clear`, `forget` or a similar call, or by `&mut` access to its object.
    Cleared,
    /// `insert`, `refresh`, `renew`, `replace`, or the computation of a stale result stored another result in its place.
    Replaced,
}

impl RemovalCause {
    fn of(what: Count) -> Option<Self> {
        match what {
            Count::Dropped => Some(Self::ObjectGone),
            Count::Evicted => Some(Self::Evicted),
            Count::Expired => Some(Self::Expired),
            Count::Cleared => Some(Self::Cleared),
            Count::Replaced => Some(Self::Replaced),
            _ => None,
        }
    }
}

/// Why results are dropped, and whether listeners are notified.
#[derive(Clone, Copy)]
pub(crate) struct Why {
    pub(crate) count: Count,
    pub(super) told: bool,
}

impl From<Count> for Why {
    fn from(count: Count) -> Self {
        Self { count, told: true }
    }
}

impl Why {
    /// For results whose end was found to run no user code.
    pub(crate) fn quietly(count: Count) -> Self {
        Self { count, told: false }
    }
}

pub(crate) type Call = dyn Fn(RemovalCause, &dyn Any) + Send + Sync;

#[derive(Clone)]
struct Listener {
    number: u64,
    call: Arc<Call>,
}

/// The listeners of one memo.
pub(crate) struct Listeners {
    any: AtomicBool,
    /// Replaced as a whole: a notifying thread holds a count of the previous ones.
    all: Mutex<Option<Arc<[Listener]>>>,
}

impl Listeners {
    pub(super) const fn new() -> Self {
        Self { any: AtomicBool::new(false), all: Mutex::new(None) }
    }

    /// Replaces the listeners. Removed ones are dropped after unlocking.
    fn change<R>(&self, change: impl FnOnce(&mut Vec<Listener>) -> R) -> R {
        let (done, gone) = {
            let mut all = unpoisoned(self.all.lock());
            let mut new = all.as_deref().map_or(Vec::new(), <[Listener]>::to_vec);
            let done = change(&mut new);
            let new = if new.is_empty() { None } else { Some(new.into()) };
            self.any.store(new.is_some(), Ordering::Relaxed);
            (done, std::mem::replace(&mut *all, new))
        };
        OnItsWay::new(done).past(gone)
    }

    /// Whether there are any.
    #[inline(always)]
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Adds a listener: from now on `call` is called for every dropped result. Returns its number.
    pub(crate) fn add(&self, call: Arc<Call>) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.change(|all| all.push(Listener { number, call }));
        number
    }

    /// Removes a listener. Returns whether there was one.
    pub(crate) fn remove(&self, number: u64) -> bool {
        // Removed under the lock, and dropped after unlocking.
        let gone = self.change(|all| {
            let at = all.iter().position(|one| one.number == number);
            at.map(|at| all.remove(at))
        });
        gone.is_some()
    }

    /// Whether there is a listener with this number.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.now().is_some_and(|all| all.iter().any(|one| one.number == number))
    }

    fn now(&self) -> Option<Arc<[Listener]>> {
        unpoisoned(self.all.lock()).clone()
    }

    /// Notifies all of them that a result with this value is dropped.
    #[cold]
    pub(super) fn tell(&self, what: Count, value: &dyn Any, panics: &mut Panics) {
        if let (Some(cause), Some(all)) = (RemovalCause::of(what), self.now()) {
            for one in all.iter() {
                panics.run(|| (one.call)(cause, value));
            }
            // This is the last count if all of them were removed meanwhile.
            panics.drop(all);
        }
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            resume_unwind(Box::new("a bomb"));
        }
    }

    /// Another thread may have removed one of them meanwhile, so that this list had the last count of it.
    #[test]
    fn what_was_removed_does_not_leak_beside_a_list_that_goes() {
        let (listeners, bomb, removed) = (Listeners::new(), Bomb, Arc::new(()));
        listeners.add(Arc::new(move |_, _| _ = &bomb));
        let change = AssertUnwindSafe(|| {
            listeners.change(|all| {
                all.clear();
                Arc::clone(&removed)
            })
        });
        assert!(catch_unwind(change).is_err());
        assert_eq!(Arc::strong_count(&removed), 1);
    }
}
