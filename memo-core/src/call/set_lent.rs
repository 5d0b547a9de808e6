//! A result of a memo that lends, given by the caller instead of computed: put there if there is none, and never replaced.
//!
//! It only adds, so what is lent stays: a `&` to the owner is enough, and any owner will do. It is one more way to be first, as a faster
//! compute is: a flight of another thread is waited for, and one of this thread, which cannot be, is overtaken. So is every flight of a task,
//! which no thread may wait for.

use crate::anchor::side_table::found_or_made::Made;
use crate::argument::key::KeySet;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::lent_cell;
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyOf, Spec, ValueOf};
use crate::compute::job::make_way;
use crate::compute::one_slot::fill_or_return;
use crate::compute::way::Way;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::reclaim::account;
use crate::reclaim::outermost_call::Call;
use crate::sys::arc::Arc;
use crate::sys::panics::OnItsWay;
use crate::value::slot::{Flight, Look, Slot};
use crate::value::store::{Evicted, Store, new_entry};

/// Stores `value`, unless there is a result: then it comes back.
#[inline(never)]
pub(crate) fn set<M: Spec, K: KeyOf<M>, W: Way>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
    value: OnItsWay<ValueOf<M>>,
    way: &W,
) -> Result<(), ValueOf<M>> {
    let _call = Call::enter();
    account::owe();
    let back = match M::Store::FRONTED {
        true => set_only::<M, W>(core, place, value, way),
        false => set_keyed::<M, K, W>(core, place, key, value, way),
    };
    if back.is_none() {
        counters::count(core, Count::Inserts, 1);
    }
    back.map_or(Ok(()), Err)
}

fn set_only<M: Spec, W: Way>(
    core: &'static Core,
    place: At<'_, M>,
    value: OnItsWay<ValueOf<M>>,
    way: &W,
) -> Option<ValueOf<M>> {
    let anchor = place.find().unwrap_or_else(|| place.make());
    let made = Made { anchor, room: None, fresh: false };
    let slot = || (Slot::empty(), Look::Over);
    let (cell, _) = lent_cell::find_or_add::<ValueOf<M>>(core, At::<M>::WHERE, made, slot);
    let back = fill_or_return(way, &cell.slot, value).map(OnItsWay::new);
    if back.is_none() {
        cell.head.set_filled();
        // A task may have seen the claim.
        W::ended(&cell.slot, way.number());
    }
    back.map(OnItsWay::arrive)
}

fn set_keyed<M: Spec, K: KeyOf<M>, W: Way>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
    value: OnItsWay<ValueOf<M>>,
    way: &W,
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
            Err(theirs) if W::IS_TASK => match theirs.slot.look() {
                Look::Busy(flight) if way.meet(&theirs.slot, flight) => {
                    fill_for_a_task::<M, W>(cell, &theirs, flight, value_in::<M>(&mut entry));
                    return None;
                }
                _ => {}
            },
            Err(theirs) => make_way::<M>(cell, &theirs),
        }
    }
    let back = value_in::<M>(&mut entry);
    // With it the key goes.
    drop(entry);
    Some(back.arrive())
}

/// The value of an entry that was not put in.
fn value_in<M: Spec>(entry: &mut EntryOf<M>) -> OnItsWay<ValueOf<M>> {
    let value = Arc::get_mut(entry).expect("nobody else has it").slot.take();
    OnItsWay::new(value.expect("it was made with one"))
}

/// Fills the entry of a flight of a task whose claim this call has taken over.
fn fill_for_a_task<M: Spec, W: Way>(
    cell: &CellOf<M>,
    theirs: &EntryOf<M>,
    flight: Flight,
    value: OnItsWay<ValueOf<M>>,
) {
    let mut victims = Evicted::<M::Store>::none();
    let stored = cell.publish(&mut Some(theirs.clone()), value.arrive(), CellOf::<M>::now(), &mut victims);
    assert!(stored.is_ok(), "an entry of a memo that lends was taken out");
    W::ended(&theirs.slot, flight.thread);
}
