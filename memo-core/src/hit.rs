//! A hit by clone where it is cheapest: one result on the owner, ready, and a thread that others see.
//!
//! Everything else (extra keys, a hit inside a value's `Clone`, a thread that is ending or has not counted for this memo
//! yet) looks under the cell's lock.

use crate::counted::CountedCell;
use crate::key::StoredKey;
use crate::memo::Core;
use crate::scope::Scope;
use crate::store::Store;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store<Value: Clone> + 'static,
    St::Key: StoredKey<S>,
{
    /// A copy of the value; `hits` are those of this memo on this thread so far. `None`: look under the lock.
    #[inline(always)]
    #[cfg(not(loom))]
    pub(crate) fn hit(&self, core: &'static Core, hits: &mut u64) -> Option<St::Value> {
        use std::ptr::NonNull;

        use crate::counters::{self, Count};
        use crate::handed::MEETING;
        use crate::hold::{self, Held};
        use crate::panics::OnItsWay;
        use crate::plain::is_plain;
        use crate::store::Entry;
        use crate::thread;

        thread::with(|thread| {
            // Who has counters is a reader that others see.
            let place = counters::own_place(thread, core)?;
            let mut value_of = |entry: NonNull<Entry<St::Meta, St::Value>>| {
                // SAFETY: what is shown stays meanwhile.
                let slot = &unsafe { entry.as_ref() }.slot;
                // SAFETY: it is shown since it had its value, and was loaded with `Acquire`, or by the thread that showed it.
                let value = unsafe { slot.value_ref() }.clone();
                // A `Clone` that panics was no hit.
                *hits = if cfg!(memo_uncounted) {
                    1
                } else {
                    // SAFETY: found above. The user's `Clone` may have made the counters grow, which leaves all places; they go when
                    // the thread ends, which no call outlives.
                    unsafe { counters::add_at(thread, place, Count::Hits, 1) }
                };
                value
            };
            let reader = thread.marks();
            match (is_plain::<St::Value>(), S::LOCAL) {
                (true, false) => hold::copy_unnoticed(self.front(), reader.copying(), value_of),
                (false, false) => hold::copy(self.front(), reader.cloning().if_free()?, reader, MEETING, value_of),
                // Nothing else of this thread's runs meanwhile, and no other takes it away.
                (true, true) => self.front().shown_here().map(value_of),
                (false, true) => {
                    let entry = self.front().shown_here()?;
                    let hold = reader.cloning().if_free()?;
                    hold.set(entry.addr().get());
                    let held = Held::new(entry.addr().get(), hold, reader, MEETING);
                    let value = OnItsWay::new(value_of(entry));
                    // As in `hold::copy`.
                    drop(held);
                    Some(value.arrive())
                }
            }
        })
    }

    /// In models nothing is held that is not theirs.
    #[cfg(loom)]
    pub(crate) fn hit(&self, _core: &'static Core, _hits: &mut u64) -> Option<St::Value> {
        None
    }
}
