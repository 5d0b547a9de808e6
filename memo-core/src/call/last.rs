//! A memo with `last`: one result of each object, for the last arguments, changed by calls that have the object by `&mut`.
//!
//! The expansion has the steps of a call: it looks whether the kept key is that of the arguments ([`look_at_last`]); if not, it takes the old
//! result out for the body ([`begin_last`]), runs that with `&mut` to the object, and keeps the new one ([`end_last`]); then it lends
//! what is there ([`last_value`]).
//!
//! # Invariants
//!
//! 1. Every step has its `&mut Anchor` from the owner anew, and what is lent borrows the owner by `&mut`: see
//!    [`exclusive`](super::exclusive) for why nothing else is lent then. Between two steps the body may have changed the object, or put another
//!    one in its place.
//! 2. While the body runs, the object has no result: whatever becomes of the body, no later call finds one for other arguments.

#![allow(private_bounds, private_interfaces, reason = "called by expansions, without naming it")]

use std::borrow::Borrow;
use std::panic::Location;

use super::exclusive::told;
use super::expansion::type_questions::Keeps;
use crate::anchor::anchor::Anchor;
use crate::argument::key::PlainKey;
use crate::argument::owner::{Internal, Owner};
use crate::argument::owner_mut::OwnerMut;
use crate::argument::scope::Scope;
use crate::cell::lent_cell;
use crate::compute::explained;
use crate::compute::frames::{Running, Task};
use crate::compute::{job, rings};
use crate::memo::all_memos;
use crate::memo::core::{Core, Where};
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters::{self, Counters};
use crate::memo::explain::spot::{Spot, Went};
use crate::reclaim::outermost_call::Call;
use crate::reclaim::paid_by_hits;
use crate::sys::panics::{OnItsWay, drop_quietly};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Last<K, V> {
    key: K,
    value: V,
}

impl<K, V> Last<K, V> {
    /// A result for the arguments `key`.
    pub fn new(key: K, value: V) -> Self {
        Self { key, value }
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
        (self.key, self.value)
    }

    /// The result.
    pub fn into_value(self) -> V {
        // What the key's drop does must not lose it.
        OnItsWay::new(self.value).past(self.key)
    }
}

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
    note = "derive `MemoKey` and `PartialEq` for it, if all its fields are plain keys, or write `#[memo(value)]` before the parameter to compare it by its own `PartialEq`",
    note = "a weak argument is none: mark it `#[memo(skip)]`, and pass what counts of it, such as a version, as a parameter"
)]
pub trait InLastKey {}

#[diagnostic::do_not_recommend]
impl<T: PlainKey + ?Sized> InLastKey for T {}

/// Whether an argument is not the one that was kept.
#[inline]
pub fn differs<T: InLastKey + PartialEq + ToOwned + ?Sized>(kept: &T::Owned, now: &T) -> bool {
    kept.borrow() != now
}

/// The same of one marked `#[memo(value)]`, whose type may be any.
#[inline]
pub fn value_differs<T: PartialEq + ToOwned + ?Sized>(kept: &T::Owned, now: &T) -> bool {
    kept.borrow() != now
}

/// The same of an `f32` or `f64`: as in other keys, 0.0 and -0.0 are two, and a NaN is itself.
#[inline]
pub fn bits_differ<T: Copy + Into<f64>>(kept: &T, now: &T) -> bool {
    let (kept, now): (f64, f64) = ((*kept).into(), (*now).into());
    kept.to_bits() != now.to_bits()
}

/// Looks whether the result is that for the arguments of this call, which counts as a hit.
#[inline]
pub fn look_at_last<K: 'static, V: 'static, O: OwnerMut + ?Sized>(
    core: &'static Core,
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
pub fn last_value<'o, K: 'static, V: 'static, O: OwnerMut + ?Sized>(core: &'static Core, owner: &'o mut O) -> &'o V {
    let there = lent_cell::find_filled::<Last<K, V>>(core, owner.owned_anchor(Internal));
    &there.expect("an object has one anchor").value().value
}

/// A computation for new arguments.
pub struct NewLast {
    core: &'static Core,
    spot: Spot,
    /// Whether it has not ended yet: its frame.
    running: Option<Running>,
    /// The frame goes before this settles the thread's account.
    _call: Call,
}

fn task_of(anchor: &Anchor) -> Task {
    let address = std::ptr::from_ref(anchor).addr();
    Task { slot: address, flight: 0, cell: address, hash: 0, races: true, hold_key: None }
}

/// Begins the computation for new arguments: the old result comes out, for the body. `looked` is on the stack that the body runs on.
///
/// # Panics
///
/// If this thread computes results of this memo for this object, each inside the other, without end.
#[cold]
#[inline(never)]
#[track_caller]
pub fn begin_last<K: 'static, V: 'static, O: OwnerMut + ?Sized>(
    core: &'static Core,
    owner: &mut O,
    looked: &Looked,
) -> (NewLast, Option<V>) {
    let call = Call::enter();
    if !core.has_cells() {
        all_memos::register(core);
    }
    job::note_miss(core);
    let anchor = owner.owned_anchor(Internal);
    let cell = lent_cell::find::<Last<K, V>>(core, anchor).map(|cell| cell.spot().cell);
    // Of what was replaced, nothing more is known than its key, which the last one stands for.
    let spot = Spot { cell: cell.unwrap_or_default(), hash: u64::from(matches!(looked, Looked::Other(_))) };
    if core.explanation().is_on() {
        let differs = if let Looked::Other(parts) = looked { Some(*parts) } else { None };
        explained::missed_last(core, spot, cell.is_none(), differs, Location::caller());
    }
    let task = task_of(anchor);
    rings::guard_last(core, task);
    let old = lent_cell::take::<Last<K, V>>(core, anchor).map(OnItsWay::new);
    let old = old.map(|old| {
        counters::count(core, Count::Replaced, 1);
        OnItsWay::new(told(core, Count::Replaced, old).into_value())
    });
    let mut new = NewLast { core, spot, running: None, _call: call };
    // The caller's, which runs the body.
    let stack = std::ptr::from_ref(looked).addr();
    new.running = Some(job::start_bare::<Call>(core, &task, stack, None));
    (new, old.map(OnItsWay::arrive))
}

/// The body has returned: keeps what it returned.
#[cold]
#[inline(never)]
pub fn end_last<K: 'static, V: 'static, O: OwnerMut + ?Sized, A>(mut new: NewLast, owner: &mut O, key: K, value: V)
where
    O::Scope: Keeps<Last<K, V>, A>,
{
    let last = OnItsWay::new(Last { key, value });
    let core = new.core;
    let running = new.running.take().expect("it ends once");
    job::stop::<Call>(core, running);
    core.value_bytes().look(&*last);
    let place = Where { local: <O as Owner>::Scope::LOCAL, tabled: false };
    let inside = lent_cell::replace(core, place, owner.owned_anchor(Internal), last.arrive());
    counters::count(core, Count::Computes, 1);
    // The body has called the function, too.
    if let Some(inside) = inside.map(OnItsWay::new) {
        counters::count(core, Count::Replaced, 1);
        drop(told(core, Count::Replaced, inside));
    }
}

impl NewLast {
    /// The body has failed, and its error goes to the caller.
    #[cold]
    #[inline(never)]
    pub fn reject<E>(mut self, error: E) -> E {
        let error = OnItsWay::new(error);
        if let Some(running) = self.running.take() {
            job::stop::<Call>(self.core, running);
        }
        self.end_without(Went::Rejected);
        drop(self);
        error.arrive()
    }

    fn end_without(&self, why: Went) {
        self.core.explanation().went(Spot { hash: 0, ..self.spot }, why);
        counters::count(self.core, Count::Computes, 1);
        counters::count(self.core, Count::Rejected, 1);
    }
}

/// A computation that has not ended has panicked.
impl Drop for NewLast {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            drop_quietly(running);
            self.end_without(Went::Unfinished);
        }
    }
}

/// In place of a body that the handle could run: it has no `&mut` to the owner, and no method for it.
pub fn no_body<V>() -> V {
    unreachable!("the handle of a memo with `last` does not run its body")
}
