//! A hit by clone where it is cheapest: one result on the owner, ready, and a thread that others see.
//!
//! Everything else (extra keys, a hit inside a value's `Clone`, a thread that is ending or has not counted for this memo
//! yet) looks under the cell's lock.

use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::counted::CountedCell;
use crate::memo::core::Core;
use crate::sys::panics::OnItsWay;
use crate::value::store::Store;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store<Value: Clone> + 'static,
    St::Key: StoredKey<S>,
{
    /// Puts a copy of the value at `copy`, and says how many hits of this memo on this thread there were so far. Nothing at `copy`: look
    /// under the lock.
    ///
    /// The copy is made where it stays: a large one is not moved on its way out of here.
    #[inline(always)]
    #[cfg(not(memo_loom))]
    pub(crate) fn hit(&self, core: &'static Core, copy: &mut Option<OnItsWay<St::Value>>) -> u64 {
        use crate::memo::count::Count;
        use crate::sys::hazard::own;
        use crate::sys::hazard::protect::{self, HazardGuard};
        use crate::sys::hazard::retire::DOMAIN;
        use crate::sys::trivial::is_plain;
        use crate::value::entry::Entry;

        use crate::memo::counters::Counters;
        let Some(published) = self.published() else { return 0 };
        let counters = Counters::here();
        // Who has counters is a reader that others see.
        let Some(place) = counters.place(core) else { return 0 };
        let mut hits = 0;
        let mut copy_of = |entry: &Entry<St::Meta, St::Value>| {
            // SAFETY: it is shown since it had its value, and was loaded with `Acquire`, or by the thread that showed it.
            let made = OnItsWay::new(unsafe { entry.slot.value_ref() }.clone());
            // There was nothing, and so nothing to be dropped.
            std::mem::forget(copy.replace(made));
            // A `Clone` that panics was no hit.
            hits = if cfg!(memo_uncounted) {
                1
            } else {
                // SAFETY: found above. The user's `Clone` may have made the counters grow, which leaves all places; they go when
                // the thread ends, which no call outlives.
                unsafe { counters.add_at(place, Count::Hits, 1) }
            };
        };
        // SAFETY: this thread has counters.
        let reader = unsafe { own::marks() };
        if is_plain::<St::Value>() {
            if S::LOCAL {
                // Nothing else of this thread's runs meanwhile, and no other takes it away.
                if let Some(entry) = published.visible_here() {
                    // SAFETY: what is shown stays meanwhile.
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
                    let _guard = HazardGuard::new(address, reader.cloning(), reader, DOMAIN);
                    // SAFETY: as above, or until it is held no more.
                    copy_of(unsafe { entry.as_ref() });
                }
            } else {
                protect::copy(published, reader.cloning(), reader, DOMAIN, copy_of);
            }
        }
        hits
    }

    /// In models nothing is held that is not theirs.
    #[cfg(memo_loom)]
    pub(crate) fn hit(&self, _core: &'static Core, _copy: &mut Option<OnItsWay<St::Value>>) -> u64 {
        0
    }
}
