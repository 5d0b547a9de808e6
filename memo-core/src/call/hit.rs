//! A hit by clone without a lock: the owner has one result, it is ready, and the thread is a registered reader.
//!
//! All other hits take the cell's lock: those with extra keys, inside a value's `Clone`, or on a thread that is ending or
//! has not yet counted for this memo.

use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::counted_cell::CountedCell;
use crate::memo::counting::counters::CountsHere;
use crate::sys::panics::OnItsWay;
use crate::value::store::Store;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store<Value: Clone> + 'static,
    St::Key: StoredKey<S>,
{
    /// Writes a copy of the value to `copy`. If it is `COUNTED`, counts the hit, and returns whether it is due. If `copy` stays empty,
    /// look under the lock.
    ///
    /// The copy is made in place: a large one is not moved on return.
    #[inline(always)]
    #[cfg(not(memo_loom))]
    pub(crate) fn hit<const COUNTED: bool>(
        &self,
        here: CountsHere<'_>,
        copy: &mut Option<OnItsWay<St::Value>>,
    ) -> bool {
        use crate::sys::hazard::protect::{self, HazardGuard};
        use crate::sys::hazard::retire::domain;
        use crate::sys::trivially_cloned::is_plain;
        use crate::value::entry::{Entry, Meta};
        use crate::value::timing::Timing;

        let Some(published) = self.published() else { return false };
        let (mut due, now) = (false, Self::now());
        let mut copy_of = |entry: &Entry<St::Meta, St::Value>| {
            if entry.meta.timing().is_no_hit(now) {
                return;
            }
            // SAFETY: it was published with its value, and loaded with `Acquire`, or by the thread that published it.
            let made = OnItsWay::new(unsafe { entry.slot.value_ref() }.clone());
            // `copy` was empty, so there is nothing to drop.
            std::mem::forget(copy.replace(made));
            if COUNTED {
                entry.meta.timing().touch(now);
                // A `Clone` that panics was no hit.
                due = here.hit();
            }
        };
        let reader = here.reader();
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
        if is_plain::<St::Value>() {
            return due;
        }
        // Asked again, rather than kept through what reclaiming the entry may call.
        COUNTED && copy.is_some() && here.is_due()
    }

    /// Loom models have their own readers.
    #[cfg(memo_loom)]
    pub(crate) fn hit<const COUNTED: bool>(
        &self,
        _here: CountsHere<'_>,
        _copy: &mut Option<OnItsWay<St::Value>>,
    ) -> bool {
        false
    }
}
