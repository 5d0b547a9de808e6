//! Taking entries out, once each, and dropping them with no lock held.

use std::mem;

use super::CountedCell;
use super::seek::Keys;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::detached_flights;
use crate::cell::entry_links::unlink;
use crate::memo::cells::vtable::EntryId;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::explain::spot::Went;
use crate::memo::listeners::Why;
use crate::memo::traced::{self, What};
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::{Panics, drop_quietly};
use crate::value::entry::{Meta, Now, id_of};
use crate::value::store::{Counted, Evicted, Store, Taken};
use crate::value::timing::Timing;

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Takes out the entry whose key `is` accepts, at a request of the user's. In the same step racers for that key are overtaken, whether
    /// there is an entry or not.
    pub(crate) fn take_key(&self, hash: u64, keys: Keys, is: &mut dyn FnMut(&St::Key) -> bool) -> Option<Taken<St>> {
        let mut taken = None;
        self.with_key(hash, keys, is, &mut |store, there| {
            self.racers.overtake(Some(hash));
            taken = there.and_then(|there| {
                self.note_cleared(there);
                store.remove(&self.front, id_of(there))
            });
        });
        self.gone(taken)
    }

    /// Unlinks what was taken out of an object that may be alive.
    pub(super) fn gone(&self, taken: Option<Taken<St>>) -> Option<Taken<St>> {
        let taken = taken?.read_by(Self::READ_BY);
        Self::note_detached(&taken);
        unlink::<S, St>(taken.entry());
        Some(taken)
    }

    fn note_detached(taken: &Taken<St>) {
        if !taken.ready {
            detached_flights::began();
        }
    }

    /// Takes the entry of a flight that ended without a value out.
    pub(crate) fn withdraw(&self, entry: &Counted<St>) {
        // No request: the end of this flight overtakes no racer.
        let taken = self.lock().remove(&self.front, id_of(entry));
        if taken.is_some() {
            unlink::<S, St>(entry);
        } else {
            detached_flights::ended();
        }
        // The caller has a count, so no panic is of this entry; but with it may go what others left behind.
        drop_quietly(taken);
    }

    /// Takes out the entry of a flight that is suspended on this thread, for a computation that was faster.
    pub(crate) fn overtake(&self, entry: &Counted<St>) {
        let taken = {
            let mut store = self.lock();
            if entry.slot.get().is_some() { None } else { store.remove(&self.front, id_of(entry)) }
        };
        let taken = self.gone(taken);
        // As in `withdraw`.
        drop_quietly(taken);
    }

    /// Takes one entry out because an argument of it died.
    pub(super) fn remove(&self, id: EntryId, why: Why) -> bool {
        self.remove_noting(id, why, None)
    }

    /// The same, and notes why it went.
    fn remove_noting(&self, id: EntryId, why: Why, went: Option<Went>) -> bool {
        let taken = {
            let mut store = self.lock();
            let taken = store.remove(&self.front, id);
            if let (Some(taken), Some(went)) = (&taken, went) {
                self.note(taken.entry(), went);
            }
            taken
        };
        let Some(taken) = taken.map(|taken| taken.read_by(Self::READ_BY)) else { return false };
        Self::note_detached(&taken);
        unlink::<S, St>(taken.entry());
        let ready = taken.ready;
        if ready {
            counters::count(self.core(), why.count, 1);
        }
        tell_and_drop(self.core(), why, taken);
        ready
    }

    /// Takes one entry out because its value is gone by itself.
    pub(crate) fn remove_gone(&self, entry: &Counted<St>) {
        self.remove_noting(id_of(entry), Count::Dropped.into(), Some(Went::Dropped));
    }

    /// Takes all such entries out.
    pub(super) fn remove_all_gone(&self, panics: &mut Panics) {
        let mut gone = Vec::new();
        self.lock().each(&self.front, &mut |entry| {
            if entry.slot.get().is_some_and(|value| self.core().is_gone(value)) {
                gone.push(entry.clone());
            }
        });
        for entry in &gone {
            panics.run(|| self.remove_gone(entry));
        }
        // These may be the last counts.
        for entry in gone {
            panics.drop(entry);
        }
    }

    /// Takes out an entry that is over, unless it is out by now.
    #[cold]
    #[inline(never)]
    pub(crate) fn expire(&self, entry: &Counted<St>) {
        self.remove_noting(id_of(entry), Count::Expired.into(), Some(Went::Expired));
        traced::event(self.core(), What::Expired, 1);
    }

    /// Takes out the entries that are over, of all or of the next few. Those that hits may hold go to `batch`.
    pub(super) fn expire_some(&self, all: bool, batch: &mut Batch, panics: &mut Panics) -> usize {
        let mut found = Vec::new();
        panics.run(|| {
            let now = Self::now();
            let mut is_over = |entry: &Counted<St>| {
                if entry.slot.get().is_some() && entry.meta.timing().is_over(now) {
                    // Counted: another could come to lie at its address meanwhile.
                    found.push(entry.clone());
                }
            };
            let mut store = self.lock();
            if all { store.each(&self.front, &mut is_over) } else { store.some(&self.front, &mut is_over) }
        });
        let mut expired = 0;
        let why = Why::from(Count::Expired);
        for entry in found {
            let taken = {
                let mut store = self.lock();
                let taken = store.remove(&self.front, id_of(&entry));
                if let Some(taken) = &taken {
                    self.note(taken.entry(), Went::Expired);
                }
                taken
            };
            // If another has taken it out, this may be the last count.
            panics.drop(entry);
            let Some(taken) = taken.map(|taken| taken.read_by(Self::READ_BY)) else { continue };
            unlink::<S, St>(taken.entry());
            expired += 1;
            counters::count(self.core(), Count::Expired, 1);
            if self.core().tells(why) {
                tell::<St>(self.core(), why, taken.entry(), panics);
            }
            match taken.into_retired() {
                Ok(retired) => batch.add(retired, panics),
                Err(taken) => panics.drop(taken),
            }
        }
        expired
    }

    /// Counts, unlinks, tells of and drops evicted entries. The first panic of a destructor comes out when all are gone.
    #[inline(always)]
    pub(crate) fn drop_evicted(&self, victims: Evicted<St>, now: Now<St::Meta>) {
        // Without a key nothing is ever evicted.
        if St::FRONTED {
            return;
        }
        if Self::EXPIRES || !victims.dead.is_empty() || self.core().is_listened() {
            return self.tell_and_drop_evicted(victims, now);
        }
        if let Evicted { victim: Some(victim), .. } = victims {
            counters::count(self.core(), Count::Evicted, 1);
            traced::event(self.core(), What::Evicted, 1);
            unlink::<S, St>(victim.entry());
            drop(victim);
        }
    }

    /// Counts those of the evicted entries that were over, and returns how many they are.
    #[inline]
    fn expired(&self, victims: &Evicted<St>, now: Now<St::Meta>) -> u64 {
        let mut expired = 0;
        if Self::EXPIRES {
            victims.each(&mut |victim| expired += u64::from(victim.entry().meta.timing().is_over(now)));
            counters::count(self.core(), Count::Expired, expired);
        }
        expired
    }

    #[cold]
    #[inline(never)]
    fn tell_and_drop_evicted(&self, victims: Evicted<St>, now: Now<St::Meta>) {
        if victims.len() == 0 {
            return;
        }
        let expired = self.expired(&victims, now);
        let evicted = victims.len() as u64 - expired;
        counters::count(self.core(), Count::Evicted, evicted);
        for (what, count) in [(What::Evicted, evicted), (What::Expired, expired)] {
            if count > 0 {
                traced::event(self.core(), what, count);
            }
        }
        victims.each(&mut |victim| unlink::<S, St>(victim.entry()));
        if !self.core().is_listened() {
            return victims.drop_all();
        }
        let mut panics = Panics::default();
        let why = |entry: &Counted<St>| match entry.meta.timing().is_over(now) {
            true => Count::Expired,
            false => Count::Evicted,
        };
        victims.each(&mut |victim| tell::<St>(self.core(), why(victim.entry()).into(), victim.entry(), &mut panics));
        panics.run(|| victims.drop_all());
        panics.resume();
    }

    /// Takes out all entries of an object that may be alive. Those that hits may hold go to `batch`.
    pub(super) fn empty(&self, why: Why, batch: &mut Batch, panics: &mut Panics) -> usize {
        let told = self.core().tells(why);
        self.end_each(self.drain(), why.count, &mut |taken| {
            if told && taken.ready {
                tell::<St>(self.core(), why, taken.entry(), panics);
            }
            match taken.read_by(Self::READ_BY).into_retired() {
                Ok(retired) => batch.add(retired, panics),
                Err(taken) => panics.drop(taken),
            }
        })
    }

    /// Takes out all entries, at a request.
    pub(super) fn drain(&self) -> (usize, St::Drained) {
        let mut store = self.lock();
        self.racers.overtake(None);
        self.note_all_cleared(&store);
        store.drain(&self.front)
    }

    /// Unlinks and counts what was taken out.
    pub(super) fn end_each(
        &self,
        (ready, entries): (usize, St::Drained),
        why: Count,
        each: &mut dyn FnMut(Taken<St>),
    ) -> usize {
        // Counted before any of them is dropped: a destructor may look.
        if ready > 0 {
            counters::count(self.core(), why, ready as u64);
        }
        for taken in entries {
            Self::note_detached(&taken);
            unlink::<S, St>(taken.entry());
            each(taken);
        }
        ready
    }
}

/// Tells who listens that an entry, which was ready when it was taken out, has gone.
#[cold]
#[inline(never)]
pub(super) fn tell<St: Store>(core: &'static Core, why: Why, entry: &Counted<St>, panics: &mut Panics) {
    core.tell(why, entry.slot.get().expect("it was ready"), panics);
}

/// Tells who listens that an entry has gone, and drops it. The first panic comes out at the end.
pub(crate) fn tell_and_drop<St: Store>(core: &'static Core, why: Why, taken: Taken<St>) {
    let mut panics = Panics::default();
    tell_and_drop_among(core, why, taken, &mut panics);
    panics.resume();
}

/// The same among other things that may panic.
pub(crate) fn tell_and_drop_among<St: Store>(core: &'static Core, why: Why, taken: Taken<St>, panics: &mut Panics) {
    if taken.ready && core.tells(why) {
        tell::<St>(core, why, taken.entry(), panics);
    }
    panics.drop(taken);
}

/// Drops an entry, and catches a panic of a user's destructor.
pub(super) fn drop_entry<St: Store>(entry: Counted<St>, panics: &mut Panics) {
    if const { mem::needs_drop::<St::Value>() || mem::needs_drop::<St::Key>() } {
        panics.drop(entry);
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;
    use crate::anchor::anchor::Anchor;
    use crate::memo::core::Where;
    use crate::memo::site::Site;
    use crate::sys::arc::Arc;
    use crate::value::slot::Slot;

    /// Another thread's late hit seems to hold an entry at the address of one that is this thread's own: it is not asked about it.
    #[test]
    fn a_withdrawn_flight_of_a_local_memo_is_dropped_by_its_own_thread() {
        use crate::argument::key::StoredKey;
        use crate::argument::scope::Local;
        use crate::sys::hazard::registry::{READERS, Reader};
        use crate::sys::hazard::retire::domain;
        use crate::value::table::Table;
        use std::rc::Rc;
        struct K(Rc<std::thread::ThreadId>);
        impl Drop for K {
            fn drop(&mut self) {
                assert_eq!(*self.0, std::thread::current().id(), "the key of a local memo, dropped by another thread");
            }
        }
        // SAFETY: not for `Shared`.
        unsafe impl StoredKey<Local> for K {
            fn same(&self, _: &Self) -> bool {
                true
            }
            fn show(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Ok(())
            }
        }
        static CORE: Core = Core::new(Site::built_in("withdrawn"));
        let anchor = Anchor::new();
        let _mine = crate::sys::hazard::own::reader();
        let cell =
            CountedCell::<Local, Table<K, u32>>::find_or_add(&anchor, &CORE, Where { local: true, tabled: false });
        let late: &'static Reader = Box::leak(Box::new(Reader::new()));
        // SAFETY: leaked.
        unsafe { READERS.add(late) };
        let key = K(Rc::new(std::thread::current().id()));
        let entry = crate::value::store::new_entry::<Table<K, u32>>(Slot::claimed(1), key, 7);
        assert!(cell.add(&entry, Keys::Trusted).is_ok());
        let address = Arc::as_ptr(&entry).addr();
        // Between `hold`'s look and its `HazardGuard`: its own entry is gone and freed, and this one lies there now.
        late.cloning().set(address);
        cell.withdraw(&entry);
        entry.slot.end(crate::value::slot::NoValue::Rejected);
        drop(entry);
        let wanted = late.is_wanted();
        let theirs = std::thread::spawn(move || {
            late.cloning().free();
            if late.is_wanted() {
                domain().reclaim_own(late, address);
            }
        });
        assert!(theirs.join().is_ok(), "dropped by the other thread");
        assert!(!wanted, "another thread was asked about it");
    }
}
