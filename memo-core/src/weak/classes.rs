//! Entries in dense rows, one for each class of object size, each with a hand that looks for the dead.
//!
//! A dead `Arc` or `Rc` keeps its allocation as long as a `Weak` is held, so a bound on dead *entries* says nothing of bytes: beside a
//! million small objects a hand would come round to the large ones too late. So what is added looks for the dead among objects of its
//! own size, by power of two, as in the side table: the dead of a class are then at most a share of its living.
//!
//! # Invariants
//!
//! 1. An entry's place changes only when the last of its row takes the place of one that was taken out.
//! 2. A sweep goes down a row: what takes the place of a dead entry comes from above, and was looked at.

use crate::anchor::side_table::object::class_of;

/// How many others an entry that is added looks at: so at most as many dead as living of a class are not found yet.
pub(super) const LOOKED_AT: usize = 2;

/// Where an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    row: u32,
    at: u32,
}

struct Row<E> {
    class: usize,
    entries: Vec<E>,
    hand: usize,
}

impl<E> Row<E> {
    /// The next dead entry under the hand of this row, which is the one with that number.
    fn next_dead(&mut self, number: usize, left: &mut usize, is_dead: impl Fn(&E) -> bool) -> Option<Place> {
        while *left > 0 && !self.entries.is_empty() {
            *left -= 1;
            if self.hand >= self.entries.len() {
                self.hand = 0;
            }
            if is_dead(&self.entries[self.hand]) {
                return Some(Place { row: number as u32, at: self.hand as u32 });
            }
            self.hand += 1;
        }
        None
    }
}

/// The entries of a map, or of a part of it.
pub(super) struct Classes<E>(Vec<Row<E>>);

impl<E> Classes<E> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the entry of an object of this size.
    pub(super) fn push(&mut self, size: usize, entry: E) -> Place {
        let class = class_of(size);
        let row = self.0.iter().position(|row| row.class == class).unwrap_or_else(|| {
            self.0.push(Row { class, entries: Vec::new(), hand: 0 });
            self.0.len() - 1
        });
        let entries = &mut self.0[row].entries;
        entries.push(entry);
        // There are 18 classes.
        Place { row: row as u32, at: u32::try_from(entries.len() - 1).expect("fewer than 2^32 entries of a class") }
    }

    pub(super) fn get(&self, place: Place) -> &E {
        &self.0[place.row as usize].entries[place.at as usize]
    }

    pub(super) fn get_mut(&mut self, place: Place) -> &mut E {
        &mut self.0[place.row as usize].entries[place.at as usize]
    }

    /// Whether an entry's object is of the class of this size.
    pub(super) fn is_of_class(&self, place: Place, size: usize) -> bool {
        self.0[place.row as usize].class == class_of(size)
    }

    /// The size of the largest objects of that class, in bytes.
    pub(super) fn size_of(&self, place: Place) -> usize {
        16 << self.0[place.row as usize].class
    }

    /// Takes an entry out. Returns whether another has its place now.
    pub(super) fn take(&mut self, place: Place) -> (E, Option<Moved>) {
        let entries = &mut self.0[place.row as usize].entries;
        let entry = entries.swap_remove(place.at as usize);
        let from = Place { at: entries.len() as u32, ..place };
        let moved = (from != place).then_some(Moved { from, to: place });
        if entries.len() < entries.capacity() / 4 {
            entries.shrink_to(entries.capacity() / 2);
        }
        (entry, moved)
    }

    /// The next dead entry under the hand of a class, which looks at as many as are `left`.
    pub(super) fn next_dead(&mut self, size: usize, left: &mut usize, is_dead: impl Fn(&E) -> bool) -> Option<Place> {
        let class = class_of(size);
        let (at, row) = self.0.iter_mut().enumerate().find(|(_, row)| row.class == class)?;
        row.next_dead(at, left, is_dead)
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.0.len()
    }

    /// A row's part of `most` looks, by its length; at least one, if it has any.
    pub(super) fn share(&self, row: usize, most: usize) -> usize {
        let entries = self.0[row].entries.len();
        entries.min(1 + most * entries / self.len().max(1))
    }

    /// The next dead entry under the hand of a row.
    pub(super) fn next_dead_in(&mut self, row: usize, left: &mut usize, is_dead: impl Fn(&E) -> bool) -> Option<Place> {
        self.0[row].next_dead(row, left, is_dead)
    }

    /// Where a sweep begins.
    pub(super) fn top(&self) -> Cursor {
        Cursor { row: self.0.len(), at: 0 }
    }

    /// The next dead entry of a sweep, which looks at as many as are `left`; `soon` is told of those that it comes to.
    pub(super) fn next_down(
        &self,
        cursor: &mut Cursor,
        left: &mut usize,
        soon: impl Fn(&E),
        is_dead: impl Fn(&E) -> bool,
    ) -> Option<Place> {
        while *left > 0 && cursor.go_down(self) {
            *left -= 1;
            if let Some(ahead) = cursor.at.checked_sub(AHEAD) {
                soon(&self.0[cursor.row].entries[ahead]);
            }
            let place = Place { row: cursor.row as u32, at: cursor.at as u32 };
            if is_dead(self.get(place)) {
                return Some(place);
            }
        }
        None
    }

    /// How many there are, dead or alive.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|row| row.entries.len()).sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &E> + Clone {
        self.0.iter().flat_map(|row| &row.entries)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        let rows = self.0.iter().enumerate();
        rows.flat_map(|(row, Row { entries, .. })| {
            (0..entries.len()).map(move |at| Place { row: row as u32, at: at as u32 })
        })
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut E> {
        self.0.iter_mut().flat_map(|row| &mut row.entries)
    }

    /// Drops all that `is` says; how many. Nothing of that is user code.
    pub(super) fn drop_those(&mut self, soon: impl Fn(&E), is: impl Fn(&E) -> bool) -> usize {
        let mut dropped = 0;
        for Row { entries, .. } in &mut self.0 {
            for at in (0..entries.len()).rev() {
                if let Some(ahead) = at.checked_sub(AHEAD) {
                    soon(&entries[ahead]);
                }
                if is(&entries[at]) {
                    drop(entries.swap_remove(at));
                    dropped += 1;
                }
            }
            entries.shrink_to(4 * entries.len());
        }
        dropped
    }

    /// Takes all out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = E> + use<E> {
        std::mem::take(&mut self.0).into_iter().flat_map(|row| row.entries)
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.0.iter_mut().for_each(|row| row.entries.shrink_to_fit());
    }
}

/// How many looks a load from memory takes.
pub(super) const AHEAD: usize = 16;

/// An entry that has another's place now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) from: Place,
    pub(super) to: Place,
}

/// How far a sweep has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    row: usize,
    /// All of the row from here on was looked at.
    at: usize,
}

impl Cursor {
    /// Goes to the next entry. `false`: there is none.
    fn go_down<E>(&mut self, classes: &Classes<E>) -> bool {
        loop {
            // Others may have taken entries out meanwhile.
            let len = classes.0.get(self.row).map_or(0, |row| row.entries.len());
            self.at = self.at.min(len);
            if self.at > 0 {
                self.at -= 1;
                return true;
            }
            if self.row == 0 {
                return false;
            }
            self.row -= 1;
            self.at = usize::MAX;
        }
    }

    /// Whether all was looked at.
    pub(super) fn is_down(&self) -> bool {
        self.row == 0 && self.at == 0
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;

    fn sweep(classes: &mut Classes<u32>, dead: impl Fn(&u32) -> bool + Copy) -> usize {
        let (mut cursor, mut swept) = (classes.top(), 0);
        while let Some(place) = classes.next_down(&mut cursor, &mut usize::MAX.clone(), |_| (), dead) {
            classes.take(place);
            swept += 1;
        }
        assert!(cursor.is_down());
        swept
    }

    #[test]
    fn a_sweep_takes_all_dead_of_all_sizes_and_no_other() {
        let mut classes = Classes::new();
        for n in 0..1000 {
            classes.push(n as usize * 7, n);
        }
        assert_eq!(sweep(&mut classes, |n| n % 3 == 0), 334);
        assert_eq!((classes.len(), classes.iter().filter(|n| **n % 3 == 0).count()), (666, 0));
        assert_eq!(sweep(&mut classes, |_| true), 666);
        assert_eq!(sweep(&mut classes, |_| true), 0);
    }

    #[test]
    fn a_hand_looks_among_its_own_size() {
        let mut classes = Classes::new();
        for _ in 0..1000 {
            classes.push(16, 1);
        }
        classes.push(65_536, 2);
        let mut left = 1;
        let place = classes.next_dead(65_536, &mut left, |n| *n == 2).expect("it is the only one of its size");
        assert_eq!(*classes.get(place), 2);
        assert_eq!(left, 0);
    }

    #[test]
    fn what_takes_anothers_place_is_told() {
        let mut classes = Classes::new();
        let [first, second, third] = [1, 2, 3].map(|n| classes.push(16, n));
        let (taken, moved) = classes.take(first);
        let moved = moved.expect("the last one is elsewhere now");
        assert_eq!((taken, moved.from, moved.to, *classes.get(first)), (1, third, first, 3));
        assert!(classes.take(second).1.is_none());
    }
}
