//! What `&mut` access to an owner allows a memo that lends: to take out, replace or drop results, one memo at a time.
//!
//! # Why this is sound
//!
//! 1. It is done through a `&mut Anchor`. Every result that was lent from an anchor is bound to a borrow of that anchor, so while there is a
//!    `&mut` to it none is lent, no call of another thread looks at it, and no compute that could still end has claimed a slot of it. So the
//!    claim of one that was leaked ends here.
//! 2. That is no proof if the anchor is found twice, once by `&mut` and once by `&`: the second might be another object's, which
//!    implementations of [`HasAnchor`](crate::HasAnchor) may give out. So the two steps are apart. The first makes the key, with the owner
//!    borrowed by `&`: it may run user code, and what comes of it borrows nothing ([`Change`]). The second has the `&mut Anchor` and
//!    nothing else.
//! 3. A `&mut Arc<T>` is not a `&mut Anchor`: another `Arc` of the object may have results out. `Arc::get_mut` would know, but never says yes
//!    here, since the side table holds a `Weak`; and a comparison of the counts is no proof, since a `Weak` may be upgraded between the
//!    two loads.

use std::marker::PhantomData;

use super::handle_op::{Change, Yields};
use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::counted_cell::CountedCell;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::lent_cell;
use crate::cell::memo_types::{KeyOf, Spec, ValueOf};
use crate::memo::core::{Core, Where};
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::explain::spot::Went;
use crate::memo::listeners::Why;
use crate::reclaim::outermost_call::Call;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::{OnItsWay, Panics, drop_quietly};
use crate::value::slot::Slot;
use crate::value::store::{Store, Taken, new_entry};

/// The first step: the key of a call, without what it borrows.
pub(crate) fn prepare<M: Spec, K: KeyOf<M>, Y: Yields<ValueOf<M>>>(core: &'static Core, key: K) -> Box<dyn Change<Y>> {
    let _deeper = DepthGuard::enter();
    let (hash, stored) = (key.hash(), key.to_stored());
    let keys = const { Keys::of::<M::Scope, K>() };
    Box::new(Named::<M::Scope, M::Store> { core, hash, stored, keys, scope: PhantomData })
}

/// Its types are all `'static`, unlike those of the memo, which name the owner's.
struct Named<S, St: Store> {
    core: &'static Core,
    hash: u64,
    stored: St::Key,
    keys: Keys,
    scope: PhantomData<S>,
}

impl<S: Scope, St: Store<Key: StoredKey<S>> + 'static, Y: Yields<St::Value>> Change<Y> for Named<S, St> {
    fn make(self: Box<Self>, anchor: &mut Anchor, new: Option<OnItsWay<Y>>) -> Option<Y> {
        // What goes runs user code: no sweep starts inside it.
        let _call = Call::enter();
        let old = match new.map(|new| new.arrive().keep()) {
            None => self.take(anchor),
            Some(Ok(new)) => self.replace(anchor, OnItsWay::new(new)),
            Some(Err(new)) => {
                let new = OnItsWay::new(new);
                let old = self.take(anchor).map(OnItsWay::new);
                drop(new.arrive());
                old.map(OnItsWay::arrive)
            }
        };
        old.map(Y::give)
    }
}

impl<S: Scope, St: Store<Key: StoredKey<S>> + 'static> Named<S, St> {
    /// In-object, since there is a `&mut` to it.
    const WHERE: Where = Where { local: S::LOCAL, tabled: false };

    fn take(self, anchor: &mut Anchor) -> Option<St::Value> {
        if St::FRONTED {
            let spot = lent_cell::find::<St::Value>(self.core, anchor)?.spot();
            let old = OnItsWay::new(lent_cell::take::<St::Value>(self.core, anchor)?);
            counters::count(self.core, Count::Cleared, 1);
            self.core.explanation().went(spot, Went::Cleared);
            return Some(told(self.core, Count::Cleared, old));
        }
        let Self { core, hash, stored, keys, .. } = self;
        let cell = CountedCell::<S, St>::find(anchor, core)?;
        let taken = cell.take_key(hash, keys, &mut |there| there.same(&stored))?;
        if taken.ready {
            counters::count(core, Count::Cleared, 1);
        }
        // Not after the value: that would leak.
        drop_quietly(stored);
        value_of::<St>(core, Count::Cleared, taken)
    }

    fn replace(self, anchor: &mut Anchor, new: OnItsWay<St::Value>) -> Option<St::Value> {
        if St::FRONTED {
            let old = lent_cell::replace(self.core, Self::WHERE, anchor, new.arrive());
            counters::count(self.core, Count::Inserts, 1);
            let old = OnItsWay::new(old?);
            counters::count(self.core, Count::Replaced, 1);
            return Some(told(self.core, Count::Replaced, old));
        }
        let Self { core, hash, stored, keys, .. } = self;
        let cell = CountedCell::<S, St>::find_or_add(anchor, core, Self::WHERE);
        let entry = new_entry::<St>(Slot::full(new.arrive()), stored, hash);
        let old = cell.replace(&entry, keys);
        // After it: only the `Eq` of the key can fail, and the death of an argument that is borrowed cannot remove it before.
        counters::count(core, Count::Inserts, 1);
        drop(entry);
        value_of::<St>(core, Count::Replaced, old?)
    }
}

/// The value of an entry that was taken out of an anchor which is borrowed by the caller alone.
fn value_of<St: Store>(core: &'static Core, why: Count, taken: Taken<St>) -> Option<St::Value> {
    let mut entry = taken.into_unseen();
    // Nobody else has a count, unless it was leaked: the calls that take one borrow the anchor.
    let value = crate::sys::arc::Arc::get_mut(&mut entry)?.slot.take().map(OnItsWay::new);
    // With it the key goes.
    drop(entry);
    value.map(|value| told(core, why, value))
}

/// Notifies the listeners of a result that goes to the caller.
pub(super) fn told<V: 'static>(core: &'static Core, why: Count, value: OnItsWay<V>) -> V {
    let why = Why::from(why);
    if core.tells(why) {
        let mut panics = Panics::default();
        core.tell(why, &*value, &mut panics);
        panics.resume();
    }
    value.arrive()
}

/// Drops all results of a memo on an anchor. Returns how many there were.
pub(crate) fn clear(core: &'static Core, anchor: &mut Anchor) -> usize {
    let _call = Call::enter();
    let Some(cell) = anchor.cells().find(core) else { return 0 };
    if core.vtable().shared.is_none() {
        // SAFETY: the cell of a living anchor.
        unsafe { cell.as_ref() }.set_vacant();
    }
    // SAFETY: the anchor is borrowed by the caller alone.
    unsafe { any_cell::end(cell, Count::Cleared.into()) }
}
