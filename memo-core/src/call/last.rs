//! A memo with `last`: one result of each object, for the last arguments, changed by calls that have the object by `&mut`.
//!
//! The expansion has the steps of a call: it looks whether the kept key is that of the arguments ([`look_at_last`]); if not, it takes the old
//! result out for the body ([`begin_last`]), runs that with the `&mut` to the object, and keeps the new one ([`NewLast::end`]); then it lends
//! what is there ([`last_value`]).
//!
//! # Invariants
//!
//! 1. Every step has its `&mut Anchor` from the owner anew, and what is lent borrows the owner by `&mut`: see
//!    [`exclusive`](super::exclusive) for why nothing else is lent then. Between two steps the body may have changed the object, or put another
//!    one in its place.
//! 2. While the body runs, the object has no result, but for one of a call inside the body; and if the body fails, it has none at all. So no later
//!    call finds one for other arguments, or for the object as it was.
//! 3. The cells of a memo are of one type: which memo it is, and what they keep, comes from the type of its handle ([`LastOf`]). Whether the owner's
//!    scope can keep it is asked by the function behind that handle, and not here: a mistake is told once.

#![allow(private_bounds, private_interfaces, reason = "called by expansions, without naming it")]

use std::borrow::Borrow;
use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::exclusive::told;
use crate::anchor::anchor::Anchor;
use crate::anchor::side_table::found_or_made::Made;
use crate::argument::key::PlainKey;
use crate::argument::owner::{Internal, Owner};
use crate::argument::owner_mut::OwnerMut;
use crate::argument::scope::Scope;
use crate::cell::lent_cell;
use crate::compute::explained;
use crate::compute::frames::{Running, Task};
use crate::compute::{job, rings};
use crate::memo::core::{Core, Where};
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters::{self, Counters};
use crate::memo::explain::spot::{Spot, Went};
use crate::reclaim::outermost_call::Call;
use crate::reclaim::paid_by_hits;
use crate::sys::panics::{OnItsWay, Panics};
use crate::value::slot::{Look, Slot};

/// What a memo with `last` keeps on an object: the arguments of its last result, and that result.
///
/// `K` is a tuple of the arguments that take part in the key, in their owned form, and `V` what the body returns. The handle lends it, to whoever
/// has the object by `&`, and takes it by `take` and `replace`.
///
/// ```
/// use memo_core::{Anchored, Last, weak_memo};
///
/// #[weak_memo(last)]
/// fn rows(text: &mut Anchored<String>, width: usize) -> &[String] {
///     text.as_bytes().chunks(width).map(|row| String::from_utf8_lossy(row).into_owned()).collect()
/// }
///
/// let mut text = Anchored::new(String::from("abcd"));
/// assert_eq!(rows(&mut text, 3), ["abc", "d"]);
/// let last = rows_memo().get(&text).unwrap();
/// assert_eq!((last.key(), last.value().len()), (&(3,), 2));
/// assert_eq!(rows_memo().take(&mut text).map(Last::into_value).unwrap(), ["abc", "d"]);
/// assert!(rows_memo().get(&text).is_none());
/// ```
pub struct Last<K, V> {
    /// Goes first, and quietly.
    key: OnItsWay<K>,
    value: V,
}

impl<K, V> Last<K, V> {
    /// A result for the arguments `key`.
    pub fn new(key: K, value: V) -> Self {
        Self { key: OnItsWay::new(key), value }
    }

    /// The arguments.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The result.
    pub fn value(&self) -> &V {
        &self.value
    }

    /// The arguments and the result.
    pub fn into_parts(self) -> (K, V) {
        (self.key.arrive(), self.value)
    }

    /// The result.
    pub fn into_value(self) -> V {
        self.value
    }
}

impl<K: Clone, V: Clone> Clone for Last<K, V> {
    fn clone(&self) -> Self {
        Self::new(K::clone(&self.key), self.value.clone())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Last<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Last").field("key", self.key()).field("value", &self.value).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Last<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key() && self.value == other.value
    }
}

impl<K: Eq, V: Eq> Eq for Last<K, V> {}

type Invariant<T> = PhantomData<fn(T) -> T>;

/// A memo with `last`, and what its cells keep: a [`Last<K, V>`].
pub struct LastOf<K, V>(&'static Core, Invariant<Last<K, V>>);

impl<K, V> LastOf<K, V> {
    /// Of a memo whose handle says so.
    pub(crate) fn new(core: &'static Core) -> Self {
        Self(core, PhantomData)
    }

    /// The memo.
    pub fn core(self) -> &'static Core {
        self.0
    }
}

impl<K, V> Clone for LastOf<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for LastOf<K, V> {}

/// What a call finds.
#[derive(Clone, Copy, Debug)]
pub enum Looked {
    /// The result for its arguments.
    Same,
    /// One for others, which differ in these parts, one bit for each.
    Other(u64),
    /// None.
    Nothing,
}

/// What is kept, and compared, as part of the last key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take part in the key of a memo with `last`",
    label = "not a plain key",
    note = "derive `MemoKey` and `Eq` for it, if all its fields are plain keys, or write `#[memo(value)]` before the parameter to compare it by its own `Eq`",
    note = "a weak argument is none: mark it `#[memo(skip)]`, and pass what counts of it, such as a version, as a parameter"
)]
pub trait InLastKey {}

#[diagnostic::do_not_recommend]
impl<T: PlainKey + ?Sized> InLastKey for T {}

/// Whether an argument is not the one that was kept.
#[inline]
pub fn differs<T: InLastKey + Eq + ToOwned + ?Sized>(kept: &T::Owned, now: &T) -> bool {
    kept.borrow() != now
}

/// The same of one marked `#[memo(value)]`, whose type may be any.
#[inline]
pub fn value_differs<T: Eq + ToOwned + ?Sized>(kept: &T::Owned, now: &T) -> bool {
    kept.borrow() != now
}

/// The same of a path, by its spelling: its own `Eq` takes `a/b` and `a/b/` for one.
#[inline]
pub fn path_differs<T: AsRef<OsStr> + ToOwned<Owned: AsRef<OsStr>> + ?Sized>(kept: &T::Owned, now: &T) -> bool {
    kept.as_ref() != now.as_ref()
}

/// The same of an `f32` or `f64`: as in other keys, 0.0 and -0.0 are two, and a NaN is itself.
#[inline]
pub fn bits_differ<T: Copy + Into<f64>>(kept: &T, now: &T) -> bool {
    let (kept, now): (f64, f64) = ((*kept).into(), (*now).into());
    kept.to_bits() != now.to_bits()
}

/// A part of the key, while others are made.
pub fn on_its_way<T>(part: T) -> OnItsWay<T> {
    OnItsWay::new(part)
}

/// The part, once all are made.
pub fn arrived<T>(part: OnItsWay<T>) -> T {
    part.arrive()
}

/// Looks whether the result is that for the arguments of this call, which counts as a hit.
#[inline]
pub fn look_at_last<K: 'static, V: 'static, O: OwnerMut + ?Sized>(
    LastOf(core, _): LastOf<K, V>,
    owner: &mut O,
    differs: impl FnOnce(&K) -> u64,
) -> Looked {
    let Some(there) = lent_cell::find_filled::<Last<K, V>>(core, owner.owned_anchor(Internal)) else {
        return Looked::Nothing;
    };
    match differs(&there.value().key) {
        0 => paid_by_hits::counted(core, Counters::here().of(core), Looked::Same),
        parts => Looked::Other(parts),
    }
}

/// The result that was looked at, or ended, in `&mut` to its owner.
///
/// # Panics
///
/// If the owner gives out another anchor each time.
#[inline]
pub fn last_value<K: 'static, V: 'static, O: OwnerMut + ?Sized>(LastOf(core, _): LastOf<K, V>, owner: &mut O) -> &V {
    let there = lent_cell::find_filled::<Last<K, V>>(core, owner.owned_anchor(Internal));
    &there.expect("an object has one anchor").value().value
}

/// A computation for new arguments, which has the owner.
pub struct NewLast<'o, K: 'static, V: 'static, O: OwnerMut + ?Sized> {
    last: LastOf<K, V>,
    owner: &'o mut O,
    key: Option<OnItsWay<K>>,
    spot: Spot,
    /// Whether it has not ended yet: its frame.
    running: Option<Running>,
    /// The frame goes before this settles the thread's account.
    _call: Call,
}

/// Begins the computation for new arguments: the old result comes out, for the body. `looked` is on the stack that the body runs on.
///
/// # Panics
///
/// If this thread computes results of this memo for this object, each inside the other, without end.
#[cold]
#[inline(never)]
#[track_caller]
pub fn begin_last<'o, K: 'static, V: 'static, O: OwnerMut + ?Sized>(
    last: LastOf<K, V>,
    owner: &'o mut O,
    looked: &Looked,
    key: K,
) -> (NewLast<'o, K, V, O>, Option<V>) {
    let (core, key) = (last.0, OnItsWay::new(key));
    let call = Call::enter();
    let anchor = owner.owned_anchor(Internal);
    let task = task_of(anchor);
    let made = Made { anchor: &*anchor, room: None, fresh: false };
    let (cell, new) = lent_cell::find_or_add::<Last<K, V>>(core, place::<O>(), made, || (Slot::empty(), Look::Over));
    let spot = cell.spot();
    job::note_miss(core);
    if core.explanation().is_on() {
        // Of what was replaced, nothing more is known than its key, which the last one stands for.
        let differs = if let Looked::Other(parts) = looked { Some(*parts) } else { None };
        let told_of = Spot { hash: u64::from(differs.is_some()), ..spot };
        explained::missed_last(core, told_of, new.is_some(), differs, Location::caller());
        // What was known of it is told. A call inside the body finds nothing for another reason.
        core.explanation().stored(spot);
    }
    rings::guard_last(core, task);
    let old = lent_cell::take::<Last<K, V>>(core, anchor).map(OnItsWay::new);
    let old = old.map(|old| {
        counters::count(core, Count::Replaced, 1);
        OnItsWay::new(told(core, Count::Replaced, old).into_value())
    });
    // The caller's, which runs the body.
    let stack = std::ptr::from_ref(looked).addr();
    let running = Some(job::start_bare::<Call>(core, &task, stack, None));
    (NewLast { last, owner, key: Some(key), spot, running, _call: call }, old.map(OnItsWay::arrive))
}

fn task_of(anchor: &Anchor) -> Task {
    let address = std::ptr::from_ref(anchor).addr();
    Task { slot: address, flight: 0, cell: address, hash: 0, races: true, hold_key: None }
}

/// In-object, since there is a `&mut` to it.
const fn place<O: Owner + ?Sized>() -> Where {
    Where { local: <O as Owner>::Scope::LOCAL, tabled: false }
}

impl<K: 'static, V: 'static, O: OwnerMut + ?Sized> NewLast<'_, K, V, O> {
    /// The owner, lent to the body.
    #[inline]
    pub fn owner(&mut self) -> &mut O {
        self.owner
    }

    /// The body has returned: keeps what it returned.
    #[cold]
    #[inline(never)]
    pub fn end(mut self, value: V) {
        let (core, value) = (self.last.0, OnItsWay::new(value));
        self.stop();
        let key = self.key.take().expect("it ends once");
        let last = OnItsWay::new(Last { key, value: value.arrive() });
        core.value_bytes().look(&*last);
        let anchor = self.owner.owned_anchor(Internal);
        let inside = lent_cell::replace(core, place::<O>(), anchor, last.arrive()).map(OnItsWay::new);
        counters::count(core, Count::Computes, 1);
        // The body has called the function, too.
        if let Some(inside) = inside {
            counters::count(core, Count::Replaced, 1);
            drop(told(core, Count::Replaced, inside));
        }
    }

    /// The body has failed, and its error goes to the caller.
    #[cold]
    #[inline(never)]
    pub fn reject<E>(mut self, error: E) -> E {
        let error = OnItsWay::new(error);
        self.stop();
        self.end_without(Went::Rejected);
        error.past(self)
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            job::stop::<Call>(self.last.0, running);
        }
    }

    /// There is no result, nor one that a call inside the body has left: that was for the object as it was then.
    fn end_without(&mut self, why: Went) {
        let core = self.last.0;
        counters::count(core, Count::Computes, 1);
        counters::count(core, Count::Rejected, 1);
        let inside = lent_cell::take::<Last<K, V>>(core, self.owner.owned_anchor(Internal)).map(OnItsWay::new);
        core.explanation().went(self.spot, why);
        if let Some(inside) = inside {
            counters::count(core, Count::Cleared, 1);
            drop(told(core, Count::Cleared, inside));
        }
    }
}

/// A computation that has not ended has panicked.
impl<K: 'static, V: 'static, O: OwnerMut + ?Sized> Drop for NewLast<'_, K, V, O> {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            drop(running);
            let mut panics = Panics::default();
            panics.run(|| self.end_without(Went::Unfinished));
            panics.swallow();
        }
    }
}

/// In place of a body that the handle could run: it has no `&mut` to the owner, and no method for it.
pub fn no_body<V>() -> V {
    unreachable!("the handle of a memo with `last` does not run its body")
}
