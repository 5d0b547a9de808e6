//! A hit by clone without a lock: the owner has one result, it is ready, and the thread is a registered reader.
//!
//! All other hits take the cell's lock: those with extra keys, inside a value's `Clone`, or on a thread that is ending or
//! has not yet counted for this memo.

use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::counted_cell::CountedCell;
use crate::memo::core::Core;
use crate::sys::panics::OnItsWay;
use crate::value::store::Store;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store<Value: Clone> + 'static,
    St::Key: StoredKey<S>,
{
    /// Writes a copy of the value to `copy`, and returns this thread's hits of this memo. If `copy` stays empty, look under the lock.
    ///
    /// The copy is made in place: a large one is not moved on return.
    #[inline(always)]
    #[cfg(not(memo_loom))]
    pub(crate) fn hit(&self, core: &'static Core, copy: &mut Option<OnItsWay<St::Value>>) -> u64 {
        use crate::memo::counter_block::Count;
        use crate::memo::counters::Counters;
        use crate::sys::hazard::protect::{self, HazardGuard};
        use crate::sys::hazard::retire::domain;
        use crate::sys::trivially_cloned::is_plain;
        use crate::value::entry::Entry;

        let Some(published) = self.published() else { return 0 };
        let counters = Counters::here();
        // A thread with counters is also a listed reader: one question for both.
        let Some(place) = counters.place(core) else { return 0 };
        let mut hits = 0;
        let mut copy_of = |entry: &Entry<St::Meta, St::Value>| {
            // SAFETY: it was published with its value, and loaded with `Acquire`, or by the thread that published it.
            let made = OnItsWay::new(unsafe { entry.slot.value_ref() }.clone());
            // `copy` was empty, so there is nothing to drop.
            std::mem::forget(copy.replace(made));
            // A `Clone` that panics was no hit.
            hits = if cfg!(memo_uncounted) {
                1
            } else {
                // SAFETY: found above. The user's `Clone` may have grown the counters, which keeps all places valid;
                // they are freed when the thread ends, which no call outlives.
                unsafe { counters.add_at(place, Count::Hits, 1) }
            };
        };
        // SAFETY: this thread has counters.
        let reader = unsafe { counters.reader() };
        if is_plain::<St::Value>() {
            if S::LOCAL {
                // Nothing else runs on this thread meanwhile, and no other thread removes it.
                if let Some(entry) = published.visible_here() {
                    // SAFETY: so it stays valid.
                    copy_of(unsafe { entry.as_ref() });
                }
            } else {
                protect::copy_trivial(published, reader.copying(), copy_of);
            }
        } else if reader.cloning().is_free() {
            if S::LOCAL {
                if let Some(entry) = published.visible_here() {
                    let address = entry.addr().get();
                    reader.cloning().set(address);
                    let _guard = HazardGuard::new(address, reader.cloning(), reader, domain());
                    // SAFETY: as above; during the user's `Clone` the guard holds it.
                    copy_of(unsafe { entry.as_ref() });
                }
            } else {
                protect::copy(published, reader.cloning(), reader, domain(), copy_of);
            }
        }
        hits
    }

    /// Loom models have their own readers.
    #[cfg(memo_loom)]
    pub(crate) fn hit(&self, _core: &'static Core, _copy: &mut Option<OnItsWay<St::Value>>) -> u64 {
        0
    }
}
