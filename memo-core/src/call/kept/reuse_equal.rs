//! `reuse_equal`: a new result that is equal to the one before is replaced by that one.
//!
//! So everything that is remembered of its identity goes on hitting. The one before is found by the extra key alone, whoever the owner is,
//! and is remembered weakly: a memo remembers the last result of each extra key that it has seen, as long as somebody else holds it.
//!
//! # Invariants
//!
//! 1. What is found was returned by this memo, and is equal to the new result, by its own `PartialEq`. So it does not matter that two extra
//!    keys may have one hash, nor that a dead argument in a key leaves its hash to another.
//! 2. `PartialEq` and destructors run with no lock held. Under the lock only weak pointers are made strong and dropped, which
//!    ends no object: those made strong are compared, and dropped, outside.
//! 3. Each call that remembers examines two others, and forgets those that are gone: so there are at most twice as many as were alive, and a
//!    constant.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use hashbrown::HashMap;

use crate::call::kept::what_is_kept::Keeping;
use crate::call::verify::Same;
use crate::memo::core::Core;
use crate::sys::panics::OnItsWay;
use crate::sys::sync::plain::Mutex;
use crate::sys::sync::unpoisoned;

/// Keeps results as `H` does, and in place of a new one the equal one before.
#[derive(Clone, Copy, Debug)]
pub struct Reusing<H>(H);

impl<H> Reusing<H> {
    pub(crate) const fn new(keeping: H) -> Self {
        Self(keeping)
    }
}

impl<R: Reused, H: Keeping<R>> Keeping<R> for Reusing<H> {
    type Kept = H::Kept;
    type Timing = H::Timing;

    const WEAK: bool = H::WEAK;
    const SAME: Option<Same<H::Kept>> = H::SAME;

    #[inline]
    fn prepare(core: &'static Core) {
        H::prepare(core);
    }
    fn reuse(result: R, core: &'static Core, hash: u64) -> R {
        result.or_equal(core.before(Before::<R::Object>::default), hash)
    }
    #[inline(always)]
    fn is_gone(copy: &Self::Kept) -> bool {
        H::is_gone(copy)
    }
    #[inline(always)]
    fn keeps(&self, result: &R) -> bool {
        self.0.keeps(result)
    }
    #[inline]
    fn stored(result: R) -> Option<Self::Kept> {
        H::stored(result)
    }
    #[inline]
    fn mark(stored: &mut Self::Kept, is_argument: impl FnOnce(usize) -> bool) -> bool {
        H::mark(stored, is_argument)
    }
    #[inline]
    fn copy(stored: &Self::Kept) -> Option<Self::Kept>
    where
        Self::Kept: Clone,
    {
        H::copy(stored)
    }
    #[inline(always)]
    fn result(copy: Self::Kept) -> R {
        H::result(copy)
    }
    #[inline]
    fn shared(result: &R) -> Option<Self::Kept>
    where
        Self::Kept: Clone,
    {
        H::shared(result)
    }
}

/// A result that may be replaced by an equal one: an `Arc`, or an `Option` or `Result` of one.
pub trait Reused: Sized {
    /// What is compared.
    type Object: PartialEq + Send + Sync + ?Sized + 'static;
    /// The one before, if that is equal; or itself, which is then remembered.
    fn or_equal(self, before: &Before<Self::Object>, hash: u64) -> Self;
}

impl<V: PartialEq + Send + Sync + ?Sized + 'static> Reused for Arc<V> {
    type Object = V;

    fn or_equal(self, before: &Before<V>, hash: u64) -> Self {
        // While `PartialEq` may panic, neither is dropped but quietly.
        let this = OnItsWay::new(self);
        if let Some(last) = before.last(hash).map(OnItsWay::new) {
            if Arc::ptr_eq(&last, &this) || **last == **this {
                drop(this.arrive());
                return last.arrive();
            }
            drop(last.arrive());
        }
        before.remember(hash, &this);
        this.arrive()
    }
}

impl<P: Reused> Reused for Option<P> {
    type Object = P::Object;

    fn or_equal(self, before: &Before<P::Object>, hash: u64) -> Self {
        self.map(|result| result.or_equal(before, hash))
    }
}

impl<P: Reused, E> Reused for Result<P, E> {
    type Object = P::Object;

    fn or_equal(self, before: &Before<P::Object>, hash: u64) -> Self {
        self.map(|result| result.or_equal(before, hash))
    }
}

/// The last results of one memo, by the hashes of their extra keys.
pub struct Before<V: ?Sized>(Mutex<Results<V>>);

struct Results<V: ?Sized> {
    last: HashMap<u64, Weak<V>>,
    /// The hashes in it, in the order in which they are examined.
    examined: VecDeque<u64>,
}

/// How many others each call that remembers examines.
const EXAMINED: usize = 2;

impl<V: ?Sized> Default for Before<V> {
    fn default() -> Self {
        Self(Mutex::new(Results { last: HashMap::new(), examined: VecDeque::new() }))
    }
}

impl<V: ?Sized> std::fmt::Debug for Before<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Before").finish_non_exhaustive()
    }
}

impl<V: ?Sized> Before<V> {
    fn last(&self, hash: u64) -> Option<Arc<V>> {
        unpoisoned(self.0.lock()).last.get(&hash)?.upgrade()
    }

    fn remember(&self, hash: u64, result: &Arc<V>) {
        let mut results = unpoisoned(self.0.lock());
        let Results { last, examined } = &mut *results;
        for _ in 0..EXAMINED {
            let Some(other) = examined.pop_front() else { break };
            if last.get(&other).is_some_and(|weak| weak.strong_count() == 0) {
                last.remove(&other);
            } else {
                examined.push_back(other);
            }
        }
        if last.insert(hash, Arc::downgrade(result)).is_none() {
            examined.push_back(hash);
        }
    }
}

impl Core {
    /// What this memo returned before. All its results are of one type.
    fn before<T: Any + Send + Sync>(&self, first: fn() -> T) -> &T {
        let kept = self.results_before().get_or_init(|| Box::new(first()));
        kept.downcast_ref().expect("one type is kept here")
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_forgotten_and_what_is_alive_stays() {
        let before = Before::default();
        let alive: Vec<_> = (0..100).map(Arc::new).collect();
        for (hash, one) in (0..).zip(&alive) {
            before.remember(hash, one);
        }
        for hash in 100..10_000 {
            before.remember(hash, &Arc::new(0));
            let known = unpoisoned(before.0.lock()).last.len();
            assert!(known <= 2 * alive.len() + 1, "{known}");
        }
        for (hash, one) in (0..).zip(&alive) {
            assert!(Arc::ptr_eq(&before.last(hash).expect("it is alive"), one));
        }
        assert!(before.last(9_999).is_none());
        drop(alive);
        for _ in 0..200 {
            before.remember(0, &Arc::new(0));
        }
        assert_eq!(unpoisoned(before.0.lock()).last.len(), 1);
    }
}
