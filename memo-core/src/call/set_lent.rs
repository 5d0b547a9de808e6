//! A result of a memo that lends, given by the caller instead of computed: put there if there is none, and never replaced.
//!
//! It only adds, so what is lent stays: a `&` to the owner is enough, and any owner will do. It is one more way to be first, as a faster
//! compute is: a flight of another thread is waited for, and one of this thread, which cannot be, is overtaken.

use crate::anchor::side_table::found_or_made::Made;
use crate::argument::key::KeySet;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::lent_cell;
use crate::cell::memo_types::{At, CellOf, KeyOf, Spec, ValueOf};
use crate::compute::job::make_way;
use crate::compute::one_slot::fill_or_return;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::reclaim::account;
use crate::reclaim::outermost_call::Call;
use crate::sys::arc::Arc;
use crate::sys::panics::OnItsWay;
use crate::value::slot::{Look, Slot};
use crate::value::store::{Store, new_entry};

/// Stores `value`, unless there is a result: then it comes back.
#[inline(never)]
pub(crate) fn set<M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
    value: OnItsWay<ValueOf<M>>,
) -> Result<(), ValueOf<M>> {
    let _call = Call::enter();
    account::owe();
    let back = match M::Store::FRONTED {
        true => set_only::<M>(core, place, value),
        false => set_keyed::<M, K>(core, place, key, value),
    };
    if back.is_none() {
        counters::count(core, Count::Inserts, 1);
    }
    back.map_or(Ok(()), Err)
}

fn set_only<M: Spec>(core: &'static Core, place: At<'_, M>, value: OnItsWay<ValueOf<M>>) -> Option<ValueOf<M>> {
    let anchor = place.find().unwrap_or_else(|| place.make());
    let made = Made { anchor, room: None, fresh: false };
    let slot = || (Slot::empty(), Look::Over);
    let (cell, _) = lent_cell::find_or_add::<ValueOf<M>>(core, At::<M>::WHERE, made, slot);
    let back = fill_or_return(&Call::enter(), &cell.slot, value);
    if back.is_none() {
        cell.head.set_filled();
    }
    back
}

fn set_keyed<M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
    value: OnItsWay<ValueOf<M>>,
) -> Option<ValueOf<M>> {
    let anchor = place.find().unwrap_or_else(|| place.make());
    let cell = CellOf::<M>::find_or_add(anchor, core, At::<M>::WHERE);
    let keys = const { Keys::of::<M::Scope, K>() };
    let (hash, stored) = (KeySet::hash(key), key.to_stored());
    let mut entry = new_entry::<M::Store>(Slot::full(value.arrive()), stored, hash);
    loop {
        match cell.add(&entry, keys) {
            Ok(()) => return None,
            Err(theirs) if theirs.slot.get().is_some() => break,
            Err(theirs) => make_way::<M>(cell, &theirs),
        }
    }
    let back = Arc::get_mut(&mut entry).expect("it was not put in").slot.take().map(OnItsWay::new);
    // With it the key goes.
    drop(entry);
    back.map(OnItsWay::arrive)
}
