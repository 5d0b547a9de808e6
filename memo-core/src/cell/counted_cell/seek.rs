//! Finding an entry. The user's keys are compared with no lock held.

use super::CountedCell;
use crate::argument::key::{KeySet, StoredKey};
use crate::argument::scope::Scope;
use crate::memo::cells::vtable::EntryId;
use crate::sys::panics::drop_quietly;
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

    /// Finds the one whose key `is` accepts. (No chain of iterators, which would be compiled for each memo.)
    fn compare(&mut self, is: &mut dyn FnMut(&St::Key) -> bool) {
        let Some(first) = &self.first else { return };
        if is(first.meta.key()) {
            self.found = Some(first.clone());
            return;
        }
        for other in &self.others {
            if is(other.meta.key()) {
                self.found = Some(other.clone());
                return;
            }
        }
    }

    fn has(&self, entry: &Counted<St>) -> bool {
        let id = id_of(entry);
        let Some(first) = &self.first else { return false };
        if id_of(first) == id {
            return true;
        }
        for other in &self.others {
            if id_of(other) == id {
                return true;
            }
        }
        false
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
    /// Whether the entry at this address is there and has its result.
    pub(super) fn is_ready(&self, id: EntryId) -> bool {
        let mut ready = false;
        self.each_of(&self.lock(), id.hash, &mut |entry| {
            ready |= id_of(entry) == id && entry.slot.get().is_some();
        });
        ready
    }

    /// Whether this very entry, which was put into it, is in the store.
    pub(super) fn has(&self, store: &St, entry: &Counted<St>) -> bool {
        store.has(&self.front, entry)
    }

    /// Visits the entries of this hash. `visit` runs no user code.
    fn each_of(&self, store: &St, hash: u64, visit: &mut dyn FnMut(&Counted<St>)) {
        let all = store.find(&self.front, hash, &mut |entry| {
            visit(entry);
            false
        });
        debug_assert!(all.is_none());
    }

    /// The entry whose key `is` accepts.
    #[inline]
    pub(crate) fn seek(&self, hash: u64, keys: Keys, is: &mut dyn FnMut(&St::Key) -> bool) -> Option<Counted<St>> {
        match keys {
            Keys::Trusted => self.lock().find(&self.front, hash, &mut |entry| is(entry.meta.key())),
            Keys::Users => self.seek_outside(hash, &|_| true, is).found(),
        }
    }

    /// The same, if it is ready by now and not over: one that turns ready later may have been asked to go before.
    pub(crate) fn seek_ready(
        &self,
        hash: u64,
        keys: Keys,
        is: &mut dyn FnMut(&St::Key) -> bool,
    ) -> Option<Counted<St>> {
        let now = Self::now();
        let is_ready = |entry: &Counted<St>| entry.get(now).is_some();
        match keys {
            Keys::Trusted => self.lock().find(&self.front, hash, &mut |entry| is(entry.meta.key()) && is_ready(entry)),
            Keys::Users => self.seek_outside(hash, &is_ready, is).found(),
        }
    }

    /// The entry whose key `is` accepts, among those that `counts` accepts, and all that were there with this hash. `is` runs outside
    /// the lock.
    fn seek_outside(
        &self,
        hash: u64,
        counts: &dyn Fn(&Counted<St>) -> bool,
        is: &mut dyn FnMut(&St::Key) -> bool,
    ) -> Compared<St> {
        let mut compared = Compared { first: None, others: Vec::new(), found: None };
        self.each_of(&self.lock(), hash, &mut |entry| match &compared.first {
            _ if !counts(entry) => {}
            None => compared.first = Some(entry.clone()),
            Some(_) => compared.others.push(entry.clone()),
        });
        compared.compare(is);
        compared
    }

    /// Calls `act` under the lock, once, with the store and the entry whose key `is` accepts, in one step. The user's `Eq` runs outside the
    /// lock, and again if an entry of this hash was inserted or that one taken out meanwhile.
    ///
    /// So where `act` takes the entry out it holds a count of it, and where it leaves it there the store does. Entries of other keys with
    /// this hash may be dropped after it: no panic of theirs comes out, since the work is done.
    pub(super) fn with_key(
        &self,
        hash: u64,
        keys: Keys,
        is: &mut dyn FnMut(&St::Key) -> bool,
        act: &mut dyn FnMut(&mut St, Option<&Counted<St>>),
    ) {
        loop {
            // Dropped after unlocking: of an entry that was taken out meanwhile it may be the last count.
            let (mut there, seen) = match keys {
                Keys::Trusted => (None, None),
                Keys::Users => {
                    let mut compared = self.seek_outside(hash, &|_| true, is);
                    (compared.found.take(), Some(compared))
                }
            };
            let mut store = self.lock();
            match &seen {
                Some(compared) => {
                    let is_outdated = match &there {
                        Some(there) => !self.has(&store, there),
                        None => self.has_others(&store, hash, compared),
                    };
                    if is_outdated {
                        continue;
                    }
                }
                None => there = store.find(&self.front, hash, &mut |entry| is(entry.meta.key())),
            }
            act(&mut store, there.as_ref());
            drop(store);
            if let Some(seen) = seen {
                drop_quietly(seen);
            }
            return;
        }
    }

    /// Whether there are entries of this hash that were not `compared`.
    fn has_others(&self, store: &St, hash: u64, compared: &Compared<St>) -> bool {
        let mut others = false;
        self.each_of(store, hash, &mut |entry| others |= !compared.has(entry));
        others
    }

    /// Whether a call would find the result of an entry. Runs no user code.
    pub(super) fn is_living(&self, entry: &Counted<St>, now: Now<St::Meta>) -> bool {
        let is_dead = Self::IS_DEAD.is_some_and(|is_dead| is_dead(entry.meta.key()));
        entry.get(now).is_some_and(|value| !is_dead && !self.core().is_gone(value))
    }
}
