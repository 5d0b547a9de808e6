//! What one object's results need in the store.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Mutex, PoisonError};

use super::holds::Holds;
use crate::key::{Key, KeyHasher};

/// What one object's results need in a store. It is the value of a memo of the object, so it goes when the object goes.
///
/// Dropping it only notes what is to be released.
#[derive(Default)]
pub struct Leases(Mutex<Vec<Book>>);

/// The keys of one store.
struct Book {
    holds: Arc<Holds>,
    keys: HashSet<Key, BuildHasherDefault<KeyHasher>>,
    /// In the order in which they came.
    order: VecDeque<Key>,
}

impl Leases {
    /// Takes over a count of this key. The oldest gives way where there are `at_most`.
    pub(super) fn add(&self, holds: &Arc<Holds>, key: Key, at_most: usize) {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = books.iter().position(|book| Arc::ptr_eq(&book.holds, holds)).unwrap_or_else(|| {
            books.push(Book { holds: Arc::clone(holds), keys: HashSet::default(), order: VecDeque::new() });
            books.len() - 1
        });
        let Book { keys, order, .. } = &mut books[at];
        let too_many = if !keys.insert(key) {
            Some(key)
        } else {
            order.push_back(key);
            (order.len() > at_most).then(|| order.pop_front()).flatten().inspect(|oldest| _ = keys.remove(oldest))
        };
        drop(books);
        holds.end(too_many);
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        self.holds.end(self.order.drain(..));
    }
}

impl fmt::Debug for Leases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leases").finish_non_exhaustive()
    }
}
