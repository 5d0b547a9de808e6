//! What is noted of entries that go, for who asks why calls miss.
//!
//! Under the lock that they are taken out under: no call sees one gone before it is noted. The lock of what is noted is a leaf.

use super::CountedCell;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::memo::explain::spot::{Spot, Went};
use crate::value::entry::{Meta, Now};
use crate::value::store::{Counted, Evicted, Store};
use crate::value::timing::Timing;

/// So many of the last entries are looked at for the nearest key.
const LATELY: usize = 64;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Where an entry is.
    pub(crate) fn spot(&self, entry: &Counted<St>) -> Spot {
        Spot { cell: self.address(), hash: entry.meta.hash() }
    }

    /// Notes why an entry goes.
    #[inline]
    pub(super) fn note(&self, entry: &Counted<St>, why: Went) {
        self.core().explanation().went(self.spot(entry), why);
    }

    /// Notes that an entry goes at a request. One without a result is a flight, which is overtaken.
    #[inline]
    pub(super) fn note_cleared(&self, entry: &Counted<St>) {
        self.note(entry, if entry.slot.get().is_some() { Went::Cleared } else { Went::Overtaken });
    }

    /// The same of all entries.
    #[inline]
    pub(super) fn note_all_cleared(&self, store: &St) {
        if self.core().explanation().is_on() {
            store.each(&self.front, &mut |entry| self.note_cleared(entry));
        }
    }

    /// Notes that there is a result again, if there is.
    #[inline]
    pub(super) fn note_stored(&self, entry: &Counted<St>) {
        if self.core().explanation().is_on() && entry.slot.get().is_some() {
            self.core().explanation().stored(self.spot(entry));
        }
    }

    /// Notes why victims go.
    #[inline]
    pub(super) fn note_evicted(&self, victims: &Evicted<St>, now: Now<St::Meta>) {
        if self.core().explanation().is_on() {
            victims.each(&mut |victim| {
                let is_over = victim.entry().meta.timing().is_over(now);
                self.note(victim.entry(), if is_over { Went::Expired } else { Went::Evicted });
            });
        }
    }

    /// In which parts of its key the nearest of the last entries differs from this one. For keys whose `Eq` is this crate's: it runs under the lock.
    #[cold]
    #[inline(never)]
    pub(crate) fn nearest(&self, entry: &Counted<St>) -> Option<u64> {
        let mut nearest = None::<u64>;
        self.lock().lately(LATELY, &mut |other| {
            if other.slot.get().is_some() {
                let differs = other.meta.key().differs(entry.meta.key());
                nearest = Some(differs).into_iter().chain(nearest).min_by_key(|parts| parts.count_ones());
            }
        });
        nearest
    }
}
