//! What shared maps have in common whose entries are found by the user's `Hash` and `Eq`.
//!
//! A look-up compares stored hashes while it looks, and asks the user's `Eq` of what it holds when it does not look any more. Who changes
//! the table takes all entries of that hash out to be compared, with the lock open, and goes on if under the lock they are still the
//! same: so whatever `Eq` does meanwhile, nothing is put in twice, and nothing is taken out but what was compared.

use std::ptr::NonNull;

use super::node::{Held, Mortal, Node};
use super::shard::Locked;
use super::table::{Lazy, Table};
use crate::reclaim::account;
use crate::sys::panics::{OnItsWay, drop_quietly};

pub(in crate::weak) struct HashTable<C: Mortal + Send + Sync + 'static>(Lazy<C>);

impl<C: Mortal + Send + Sync + 'static> HashTable<C> {
    pub(in crate::weak) const fn new() -> Self {
        Self(Lazy::new())
    }

    pub(in crate::weak) fn get(&self) -> Option<&Table<C>> {
        self.0.get()
    }

    pub(in crate::weak) fn make(&self) -> &Table<C> {
        self.0.make()
    }

    /// What `choose`, which may be user code, makes of the first entry with this hash of which it makes something.
    #[inline]
    pub(in crate::weak) fn find<R>(&self, hash: u64, mut choose: impl FnMut(&C) -> Option<R>) -> Option<R> {
        let table = self.0.get()?;
        account::looked_up();
        let first = table.hold(hash)?;
        if let Some(found) = choose(&first) {
            // Not beside the result: see there.
            return first.read(|_| Some(found));
        }
        // While it is held no other node has its place.
        let is_other = |node: &Node<C>| (NonNull::from(node) != first.node()).then_some(());
        table.look(hash, is_other)?;
        drop(first);
        self.find_under_lock(hash, choose)
    }

    /// The same, of all that are there at once.
    #[cold]
    pub(in crate::weak) fn find_under_lock<R>(&self, hash: u64, mut choose: impl FnMut(&C) -> Option<R>) -> Option<R> {
        let mut all = self.0.get()?.with(hash, |shard| shard.all(hash)).into_iter();
        let found = all.find_map(|held| held.read(&mut choose));
        // The rest may have been taken out meanwhile, and end here.
        OnItsWay::new(found).past(all)
    }

    /// What `choose`, which runs no user code, makes of the first entry with this hash of which it makes something, without a lock. For
    /// contents that stay.
    #[inline]
    pub(in crate::weak) fn look<R>(&self, hash: u64, mut choose: impl FnMut(&C) -> Option<R>) -> Option<R> {
        const { assert!(C::STAYS, "others may be gone while they are looked at") };
        let table = self.0.get()?;
        account::looked_up();
        // SAFETY: it stays as long as it is looked at.
        table.look(hash, |node| choose(unsafe { &*node.content() }))
    }

    /// Calls `act` under the lock, with all entries of this hash and the chosen one, once `choose`, which may be user code, was asked of
    /// each entry with this hash until it chose one, and with the lock open.
    pub(in crate::weak) fn change<'t, K, R>(
        &'t self,
        hash: u64,
        mut choose: impl FnMut(&C) -> Option<K>,
        act: impl FnOnce(&mut Locked<'t, C>, &[Held<'t, C>], Option<(&Held<'t, C>, K)>) -> R,
    ) -> R {
        let table = self.0.make();
        let mut act = Some(act);
        // Nothing to compare, most often.
        let at_once = table.with(hash, |shard| {
            let all = shard.all(hash);
            all.iter().all(|held| held.is_dead()).then(|| (act.take().expect("once"))(shard, &all, None))
        });
        if let Some(done) = at_once {
            return done;
        }
        loop {
            let all = table.with(hash, |shard| shard.all(hash));
            let mut chosen = all.iter().find_map(|held| Some((held, choose(held)?)));
            let done = table.with(hash, |shard| {
                shard.are_all(hash, &all).then(|| (act.take().expect("once"))(shard, &all, chosen.take()))
            });
            if let Some(done) = done {
                drop(chosen);
                // Some may have been taken out since. No panic of theirs comes out: the work is done, and `done` would leak.
                drop_quietly(all);
                return done;
            }
        }
    }
}
