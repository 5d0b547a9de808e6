//! Putting entries in, and what is to be done for that under one lock with the search for their key.

use super::CountedCell;
use super::seek::Keys;
use crate::anchor::any_cell::CellRef;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::entry_links::{Linked, forgets, is_dead};
use crate::cell::racers::Race;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::explain::spot::Went;
use crate::sys::fence;
use crate::value::entry::{Meta, Now, SeenKey, id_of};
use crate::value::store::{Counted, Evicted, InsertInto, Store, Taken};

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Who is to see an entry that is inserted.
    pub(super) fn place_of(entry: &Counted<St>) -> InsertInto {
        if S::LOCAL {
            InsertInto::ThisThreads
        } else if fence::is_refused() {
            InsertInto::Hidden
        } else if Self::COMPARED {
            InsertInto::Seen(SeenKey::Compared { keeps: entry.meta.key().keeps() })
        } else {
            InsertInto::Seen(SeenKey::Unseen)
        }
    }

    /// Puts an entry in unless its key is there: then that one comes back.
    pub(crate) fn add(&self, entry: &Counted<St>, keys: Keys) -> Result<(), Counted<St>> {
        self.add_unless_overtaken(entry, keys, None)?;
        Ok(())
    }

    /// The same for a new entry whose key may be compared under the lock. `stored` is a second count of it, for the store.
    #[inline]
    pub(crate) fn add_new(&self, entry: &Counted<St>, stored: Counted<St>) -> Result<(), Counted<St>> {
        let linked = self.link(entry);
        let mut store = self.lock();
        let mut is = |there: &Counted<St>| there.meta.key().same(entry.meta.key());
        match store.find(&self.front, entry.meta.hash(), &mut is) {
            Some(theirs) => {
                drop(store);
                Err(theirs)
            }
            None => {
                store.insert(&self.front, stored, Self::place_of(entry));
                let evicted = store.was_evicted(entry.meta.hash());
                drop(store);
                linked.stay();
                self.count_early(entry, evicted);
                Ok(())
            }
        }
    }

    /// The same, and unless `race` was overtaken: then `false`.
    pub(super) fn add_unless_overtaken(
        &self,
        entry: &Counted<St>,
        keys: Keys,
        race: Option<&Race<'_>>,
    ) -> Result<bool, Counted<St>> {
        let linked = self.link(entry);
        let (hash, mut is) = (entry.meta.hash(), |key: &St::Key| key.same(entry.meta.key()));
        let (mut added, mut evicted) = (Ok(false), false);
        self.with_key(hash, keys, &mut is, &mut |store, there| match there {
            Some(there) => added = Err(there.clone()),
            // Under the lock of the insertion: a later request finds the entry.
            None if race.is_some_and(|race| race.is_overtaken(self.forgets(entry))) => {}
            None => {
                store.insert(&self.front, entry.clone(), Self::place_of(entry));
                evicted = store.was_evicted(hash);
                self.note_stored(entry);
                added = Ok(true);
            }
        });
        let added = added?;
        if added {
            linked.stay();
        }
        self.count_early(entry, evicted);
        Ok(added)
    }

    fn count_early(&self, entry: &Counted<St>, evicted: bool) {
        if evicted {
            counters::count(self.core(), Count::EvictedEarly, 1);
            self.core().explanation().went_before(self.spot(entry), Went::Evicted);
        }
    }

    /// Puts an entry in, in place of the one with its key, if there is one: at no moment is there neither.
    pub(crate) fn replace(&self, entry: &Counted<St>, keys: Keys) -> Option<Taken<St>> {
        let linked = self.link(entry);
        let (hash, mut is) = (entry.meta.hash(), |key: &St::Key| key.same(entry.meta.key()));
        let mut taken = None;
        self.with_key(hash, keys, &mut is, &mut |store, there| {
            taken = there.and_then(|there| store.remove(&self.front, id_of(there)));
            if taken.is_some() {
                self.racers.overtake(Some(hash));
            }
            store.insert(&self.front, entry.clone(), Self::place_of(entry));
            self.note_stored(entry);
        });
        linked.stay();
        let taken = self.gone(taken)?;
        if taken.ready {
            counters::count(self.core(), Count::Replaced, 1);
        }
        Some(taken)
    }

    /// Puts in an entry that is about to be filled, unless another is there (that one comes back) or its key was asked to go since the race
    /// began (`false`).
    pub(crate) fn add_racing(&self, entry: &Counted<St>, keys: Keys, race: &Race<'_>) -> Result<bool, Counted<St>> {
        let added = self.add_unless_overtaken(entry, keys, Some(race))?;
        // As for `publish_racer`.
        if added && is_dead::<S, St::Key>(entry.meta.key()) {
            self.overtake(entry);
        }
        Ok(added)
    }

    /// Evicts what is too much after `entry` came.
    pub(crate) fn make_room(&self, entry: &Counted<St>, now: Now<St::Meta>, victims: &mut Evicted<St>) {
        let capacity = self.core().site().capacity;
        let mut store = self.lock();
        store.evict(&self.front, id_of(entry), capacity, Self::IS_DEAD, now, victims);
        self.note_evicted(victims, now);
    }

    /// Links an entry from its weak arguments.
    pub(super) fn link<'e>(&self, entry: &'e Counted<St>) -> Linked<'e, S, St> {
        // SAFETY: this cell is borrowed, and counted.
        Linked::link(entry, || unsafe { CellRef::retain(self.raw()) })
    }

    /// How often the weak arguments of an entry were asked to forget, which is nothing to a result that is lent: that stays.
    pub(crate) fn forgets(&self, entry: &Counted<St>) -> u32 {
        if self.core().site().lends { 0 } else { forgets::<S, St::Key>(entry.meta.key()) }
    }
}
