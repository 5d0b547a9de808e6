//! The results of calls: put in, unless another came first or the key was asked to go meanwhile.

use super::CountedCell;
use super::seek::Keys;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::detached_flights;
use crate::cell::entry_links::is_dead;
use crate::cell::racers::Race;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::sys::arc::Arc;
use crate::value::entry::{Meta, Now, id_of};
use crate::value::store::{Counted, Evicted, Store, Taken};

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Notes a racer for a key of this hash.
    pub(crate) fn race(&self, hash: u64) -> Race<'_> {
        let _store = self.lock();
        self.racers.add(hash)
    }

    /// Whether the key was asked to go since the race for this entry began.
    pub(crate) fn is_overtaken(&self, entry: &Counted<St>, race: &Race<'_>) -> bool {
        let _store = self.lock();
        race.is_overtaken(self.forgets(entry))
    }

    /// Publishes the value of a flight whose entry is in the store. `false`: it was detached, the value is for its waiters.
    /// The evicted entries go to `victims`, to be dropped when the caller has counted.
    ///
    /// What is lent has to be stored, so there the value comes back where the flight was [`overtake`](Self::overtake)n.
    ///
    /// If nobody waits for the flight, its `entry` is left to the store: the caller has it no longer.
    pub(crate) fn publish(
        &self,
        entry: &mut Option<Counted<St>>,
        value: St::Value,
        now: Now<St::Meta>,
        victims: &mut Evicted<St>,
    ) -> Result<bool, St::Value> {
        let mine = entry.take().expect("a flight has its entry");
        let mut store = self.lock();
        if self.has(&store, &mine) {
            let id = id_of(&mine);
            // Others get at the entry through the store, whose lock is held, or through pointers of their own.
            let alone = Arc::is_one_of_two(&mine);
            mine.slot.fill_where(value, !alone);
            store.turned_ready(&self.front, &mine);
            self.note_stored(&mine);
            if alone && !Self::USED_LATER && !self.core().site().lends {
                // SAFETY: the other pointer is the store's, whose lock is held.
                unsafe { Arc::leave(mine) };
            } else {
                *entry = Some(mine);
            }
            store.evict(&self.front, id, self.core().site().capacity, Self::IS_DEAD, now, victims);
            self.note_evicted(victims, now);
            return Ok(true);
        }
        let entry = entry.insert(mine);
        detached_flights::ended();
        if self.core().site().lends {
            return Err(value);
        }
        entry.slot.fill(value);
        Ok(false)
    }

    /// Puts a ready entry in, unless another came first (that one comes back) or its key was asked to go since the race began
    /// (`false`).
    pub(crate) fn publish_racer(
        &self,
        entry: &Counted<St>,
        keys: Keys,
        race: &Race<'_>,
        now: Now<St::Meta>,
        victims: &mut Evicted<St>,
    ) -> Result<bool, Counted<St>> {
        if !self.add_unless_overtaken(entry, keys, Some(race))? {
            return Ok(false);
        }
        // A body may end an argument that it took by value, before the entry was there to be taken out.
        if is_dead::<S, St::Key>(entry.meta.key()) {
            let taken = self.lock().remove(&self.front, id_of(entry));
            if self.gone(taken).is_some() {
                return Ok(false);
            }
        }
        self.make_room(entry, now, victims);
        Ok(true)
    }

    /// Puts a ready entry in, in place of the `old` one with its key, whose result has served its time. As
    /// [`publish_racer`](Self::publish_racer) if that one is there no longer.
    pub(crate) fn publish_renewed(
        &self,
        entry: &Counted<St>,
        old: &Counted<St>,
        keys: Keys,
        race: &Race<'_>,
        now: Now<St::Meta>,
        victims: &mut Evicted<St>,
    ) -> Result<(bool, Option<Taken<St>>), Counted<St>> {
        let linked = self.link(entry);
        let (hash, mut is) = (entry.meta.hash(), |key: &St::Key| key.same(entry.meta.key()));
        let mut outcome = Ok((false, None));
        self.with_key(hash, keys, &mut is, &mut |store, there| match there {
            Some(there) if id_of(there) != id_of(old) => outcome = Err(there.clone()),
            _ if race.is_overtaken(self.forgets(entry)) => {}
            there => {
                let taken = there.and_then(|there| store.remove(&self.front, id_of(there)));
                store.insert(&self.front, entry.clone(), Self::place_of(entry));
                self.note_stored(entry);
                outcome = Ok((true, taken));
            }
        });
        let (added, taken) = outcome?;
        if added {
            linked.stay();
            self.make_room(entry, now, victims);
        }
        let taken = self.gone(taken);
        if taken.is_some() {
            counters::count(self.core(), Count::Replaced, 1);
        }
        Ok((added, taken))
    }
}
