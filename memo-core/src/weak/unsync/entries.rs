//! The entries of a map of one owner: an index by hash over rows that are swept a little with each new entry.
//!
//! # Invariants
//!
//! 1. The index has one place for each entry, found by the entry's own hash, which is stored: no user code runs to keep it right.
//! 2. An entry is out of the index and of its row before it is dropped. So whatever a destructor does, a panic included, it finds all in
//!    order.

use hashbrown::HashTable;

use crate::sys::panics::{Panics, drop_quietly};
use crate::weak::classes::{Classes, LOOKED_AT, Moved, Place};

/// An entry of a map.
pub(crate) trait Entry {
    /// The hash under which it is found.
    fn hash(&self) -> u64;
    /// Whether one of its objects is dead.
    fn is_dead(&self) -> bool;
    /// Whether dropping it runs no user code.
    const QUIET: bool;
    /// Whether it is dead will be asked in a moment.
    fn is_asked_soon(&self);
}

pub(crate) struct Entries<E> {
    index: HashTable<Place>,
    rows: Classes<E>,
}

impl<E: Entry> Entries<E> {
    pub(crate) const fn new() -> Self {
        Self { index: HashTable::new(), rows: Classes::new() }
    }

    /// The entry with this hash that is the one.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is: impl FnMut(&E) -> bool) -> Option<Place> {
        self.index.find(hash, |place| is(self.rows.get(*place))).copied()
    }

    #[inline]
    pub(crate) fn get(&self, place: Place) -> &E {
        self.rows.get(place)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, place: Place) -> &mut E {
        self.rows.get_mut(place)
    }

    /// Adds the entry of an object of this size, under a hash where it is not yet, and drops a few dead ones.
    pub(crate) fn add(&mut self, size: usize, entry: E) -> Place {
        let mut left = LOOKED_AT;
        while let Some(dead) = self.rows.next_dead(size, &mut left, Entry::is_dead) {
            let dead = self.take(dead);
            drop_quietly(dead);
        }
        let hash = entry.hash();
        let place = self.rows.push(size, entry);
        self.index.insert_unique(hash, place, |place| self.rows.get(*place).hash());
        place
    }

    /// Takes an entry out.
    pub(crate) fn take(&mut self, place: Place) -> E {
        let hash = self.rows.get(place).hash();
        self.index.find_entry(hash, |there| *there == place).expect("every entry is in the index").remove();
        let (entry, moved) = self.rows.take(place);
        if let Some(Moved { from, to }) = moved {
            let hash = self.rows.get(to).hash();
            *self.index.find_mut(hash, |there| *there == from).expect("every entry is in the index") = to;
        }
        if self.index.len() < self.index.capacity() / 8 {
            self.shrink_index(2 * self.index.len());
        }
        entry
    }

    fn shrink_index(&mut self, to: usize) {
        self.index.shrink_to(to, |place| self.rows.get(*place).hash());
    }

    /// Drops all dead entries; how many. One after the other, whichever panics: the first panic comes out at the end.
    pub(crate) fn drop_dead(&mut self) -> usize {
        // The index is made anew if there are any: to correct it for each entry would cost more.
        if E::QUIET {
            let dropped = self.rows.drop_those(Entry::is_asked_soon, Entry::is_dead);
            if dropped > 0 {
                self.index.clear();
                self.index_all();
            }
            return dropped;
        }
        let (mut cursor, mut panics, mut dropped) = (self.rows.top(), Panics::default(), 0);
        while let Some(place) =
            self.rows.next_down(&mut cursor, &mut usize::MAX.clone(), Entry::is_asked_soon, Entry::is_dead)
        {
            if dropped == 0 {
                self.index.clear();
            }
            let (entry, _) = self.rows.take(place);
            panics.run(|| drop(entry));
            dropped += 1;
        }
        if dropped > 0 {
            self.index_all();
        }
        panics.resume();
        dropped
    }

    fn index_all(&mut self) {
        let (rows, index) = (&self.rows, &mut self.index);
        index.shrink_to(2 * rows.len(), |_| unreachable!("it is empty"));
        for place in rows.places() {
            index.insert_unique(rows.get(place).hash(), place, |place| rows.get(*place).hash());
        }
    }

    /// Drops all but those that `keep` says, which may panic: the others stay then.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&mut E) -> bool) {
        let (mut cursor, mut panics) = (self.rows.top(), Panics::default());
        while let Some(place) = self.rows.next_down(&mut cursor, &mut usize::MAX.clone(), |_| (), |_| true) {
            if !keep(self.rows.get_mut(place)) {
                let entry = self.take(place);
                panics.run(|| drop(entry));
            }
        }
        panics.resume();
    }

    /// Takes all entries out.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = E> + use<E> {
        self.index = HashTable::new();
        self.rows.drain()
    }

    pub(crate) fn clear(&mut self) {
        let mut panics = Panics::default();
        self.drain().for_each(|entry| {
            panics.run(|| drop(entry));
        });
        panics.resume();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &E> + Clone {
        self.rows.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut E> {
        self.rows.iter_mut()
    }

    /// How many there are, dead or alive.
    pub(crate) fn stored(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn living(&self) -> usize {
        self.iter().filter(|entry| !entry.is_dead()).count()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.index.capacity()
    }

    pub(crate) fn reserve(&mut self, more: usize) {
        self.index.reserve(more, |place| self.rows.get(*place).hash());
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.shrink_index(0);
        self.rows.shrink_to_fit();
    }
}

impl<E> Drop for Entries<E> {
    fn drop(&mut self) {
        let mut panics = Panics::default();
        self.rows.drain().for_each(|entry| {
            panics.run(|| drop(entry));
        });
        panics.resume();
    }
}
