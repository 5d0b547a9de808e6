//! Finding an entry. The user's keys are compared with no lock held.

use super::CountedCell;
use crate::argument::key::{KeySet, StoredKey};
use crate::argument::scope::Scope;
use crate::memo::cells::vtable::EntryId;
use crate::sys::panics::quietly;
use crate::value::entry::{Meta, Now, id_of};
use crate::value::store::{Counted, Store};

/// Entries of one hash. Nearly always one: two keys with the same 64-bit hash are rare, and the second costs an allocation.
struct Compared<St: Store> {
    first: Option<Counted<St>>,
    others: Vec<Counted<St>>,
    /// The one whose key was sought.
    found: Option<Counted<St>>,
}

impl<St: Store> Compared<St> {
    /// The one whose key was sought. The others may have been taken out meanwhile: if the destructor of one panics, this one must not leak,
    /// as a value does that is being returned.
    fn found(self) -> Option<Counted<St>> {
        let Self { first, others, found } = self;
        drop(first);
        drop(others);
        found
    }

    fn iter(&self) -> impl Iterator<Item = &Counted<St>> {
        self.first.iter().chain(&self.others)
    }

    pub(super) fn has(&self, entry: &Counted<St>) -> bool {
        self.iter().any(|other| id_of(other) == id_of(entry))
    }
}

/// Whether keys may be compared under a lock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Their `Eq` is this crate's.
    Trusted,
    /// Their `Eq` is the user's, and runs with no lock held.
    Users,
}

impl Keys {
    pub(crate) const fn of<S: Scope, K: KeySet<S>>() -> Self {
        if K::TRUSTED { Self::Trusted } else { Self::Users }
    }
}

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Calls `act` with the entry whose key `is` accepts, under the lock. Neither runs user code.
    #[inline]
    fn with_entry<R>(
        &self,
        hash: u64,
        mut is: impl FnMut(&St::Key) -> bool,
        act: impl FnOnce(&Counted<St>) -> R,
    ) -> Option<R> {
        self.lock().find(&self.front, hash, |entry| is(entry.meta.key()), act)
    }

    /// Whether the entry at this address is there and has its result.
    pub(super) fn is_ready(&self, id: EntryId) -> bool {
        let there = |entry: &Counted<St>| id_of(entry) == id && entry.slot.get().is_some();
        self.lock().find(&self.front, id.hash, there, |_| ()).is_some()
    }

    /// Whether this very entry, which was put into it, is in the store.
    pub(super) fn has(&self, store: &St, entry: &Counted<St>) -> bool {
        store.has(&self.front, entry)
    }

    /// The entry whose key `is` accepts.
    #[inline]
    pub(crate) fn seek(&self, hash: u64, keys: Keys, is: impl FnMut(&St::Key) -> bool) -> Option<Counted<St>> {
        match keys {
            Keys::Trusted => self.with_entry(hash, is, Counted::<St>::clone),
            Keys::Users => self.seek_outside(hash, |_| true, is).found(),
        }
    }

    /// The same, if it is ready by now and not over: one that turns ready later may have been asked to go before.
    pub(crate) fn seek_ready(&self, hash: u64, keys: Keys, is: impl FnMut(&St::Key) -> bool) -> Option<Counted<St>> {
        let now = Self::now();
        let is_ready = |entry: &Counted<St>| entry.get(now).is_some();
        match keys {
            Keys::Trusted => self.with_entry(hash, is, |entry| is_ready(entry).then(|| entry.clone()))?,
            Keys::Users => self.seek_outside(hash, is_ready, is).found(),
        }
    }

    /// The entry whose key `is` accepts, among those that `counts` accepts, and all that were there with this hash. `is` runs outside
    /// the lock.
    fn seek_outside(
        &self,
        hash: u64,
        counts: impl Fn(&Counted<St>) -> bool,
        mut is: impl FnMut(&St::Key) -> bool,
    ) -> Compared<St> {
        let mut compared = Compared { first: None, others: Vec::new(), found: None };
        let mut collect = |entry: &Counted<St>| {
            match &compared.first {
                _ if !counts(entry) => {}
                None => compared.first = Some(entry.clone()),
                Some(_) => compared.others.push(entry.clone()),
            }
            false
        };
        let _none = self.lock().find(&self.front, hash, &mut collect, |_| ());
        let found = compared.iter().find(|entry: &&Counted<St>| is(entry.meta.key())).cloned();
        Compared { found, ..compared }
    }

    /// Calls `act` under the lock, with the store and the entry whose key `is` accepts, in one step. The user's `Eq` runs outside the lock,
    /// and again if an entry of this hash was inserted or that one taken out meanwhile.
    ///
    /// So where `act` takes the entry out it holds a count of it, and where it leaves it there the store does. Entries of other keys with
    /// this hash may be dropped after it: no panic of theirs comes out, since the work is done.
    pub(super) fn with_key<R>(
        &self,
        hash: u64,
        keys: Keys,
        mut is: impl FnMut(&St::Key) -> bool,
        act: impl FnOnce(&mut St, Option<&Counted<St>>) -> R,
    ) -> R {
        loop {
            // Dropped after unlocking: of an entry that was taken out meanwhile it may be the last count.
            let (mut there, seen) = match keys {
                Keys::Trusted => (None, None),
                Keys::Users => {
                    let mut compared = self.seek_outside(hash, |_| true, &mut is);
                    (compared.found.take(), Some(compared))
                }
            };
            let mut store = self.lock();
            match &seen {
                Some(compared)
                    if there.is_none()
                        && store.find(&self.front, hash, |entry| !compared.has(entry), |_| ()).is_some() =>
                {
                    continue;
                }
                Some(_) if there.as_ref().is_some_and(|there| !self.has(&store, there)) => continue,
                Some(_) => {}
                None => there = store.find(&self.front, hash, |entry| is(entry.meta.key()), Counted::<St>::clone),
            }
            let done = act(&mut store, there.as_ref());
            drop(store);
            if let Some(seen) = seen {
                quietly(|| drop(seen));
            }
            return done;
        }
    }

    /// Whether a call would find the result of an entry. Runs no user code.
    pub(super) fn is_living(&self, entry: &Counted<St>, now: Now<St::Meta>) -> bool {
        let is_dead = Self::IS_DEAD.is_some_and(|is_dead| is_dead(entry.meta.key()));
        entry.get(now).is_some_and(|value| !is_dead && !self.core().is_gone(value))
    }
}
