//! One living object for each equal value.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Weak};

use hashbrown::{DefaultHashBuilder, Equivalent};

use super::key::WeakKey as _;
use super::lazy_hasher::LazyHasher;
use super::sync::hash_table::HashTable;
use super::sync::node::Mortal;
use super::sync::table::Table;
use crate::reclaim::account;
use crate::sys::panics::{OnItsWay, Panics};

/// An interner that frees: one living `Arc` for each equal value, as long as it has an owner.
///
/// Equal values become one object, so identity is equality from then on: a comparison is `Arc::ptr_eq`, and a memo of an interned
/// argument hits for every equal value. The interner keeps nothing alive. When the last owner drops an object, the next equal value becomes
/// a new object, and the two are never confused, even across threads. The entries of dead objects are dropped by [`sweep`](Self::sweep) and
/// [`memo_core::sweep`](crate::sweep()), a little by each new object, and by every few thousandth look-up or call of a memo.
///
/// An interned value is found without a lock or an allocation, by any `Q` that hashes and compares as `T` does, such as `&str` for
/// `Arc<str>` or `Arc<String>`. `Hash` and `Eq` never run under a lock, so they may use the interner. They must not change for an interned
/// object.
///
/// # Early cut-off
///
/// Together with [`weak_memo`](crate::weak_memo), an interner memoizes by equality at the points of your choice. A stage that interns its result
/// returns the same object as long as the result is equal, and memos of that object hit even if the input was different:
///
/// ```
/// use memo_core::weak::Interner;
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// static WORDS: Interner<Vec<String>> = Interner::new();
///
/// #[weak_memo]
/// fn words(text: &Arc<String>) -> Arc<Vec<String>> {
///     WORDS.intern(text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
/// }
///
/// #[weak_memo]
/// fn longest(words: &Arc<Vec<String>>) -> usize {
///     words.iter().map(String::len).max().unwrap_or(0)
/// }
///
/// let (text, reformatted) = (Arc::new("one  two three".to_owned()), Arc::new("one two\nthree".to_owned()));
/// assert_eq!(longest(&words(&text)), 5);
/// let first = words(&text); // it needs an owner
/// assert_eq!(longest(&words(&reformatted)), 5);
/// assert!(Arc::ptr_eq(&first, &words(&reformatted)));
/// assert_eq!(longest_memo().stats().computes, 1);
/// ```
///
/// # Examples
///
/// ```
/// use memo_core::weak::Interner;
/// use std::sync::Arc;
///
/// let names = Interner::<str>::new();
/// let ada = names.intern("ada");
/// assert!(Arc::ptr_eq(&ada, &names.intern(String::from("ada"))));
/// assert_eq!(names.len(), 1);
///
/// drop(ada);
/// assert!(names.get("ada").is_none() && names.is_empty());
/// ```
pub struct Interner<T: ?Sized + Send + Sync + 'static, S = DefaultHashBuilder> {
    table: HashTable<Interned<T>>,
    hasher: LazyHasher<S>,
}

struct Interned<T: ?Sized>(Weak<T>);

impl<T: ?Sized> Mortal for Interned<T> {
    const QUIET: bool = true;
    const STAYS: bool = true;
    fn is_dead(&self) -> bool {
        self.0.strong_count() == 0
    }
    fn is_asked_soon(&self) {
        Arc::is_asked_soon(&self.0);
    }
}

impl<T: ?Sized + Send + Sync + 'static> Interner<T> {
    /// Creates an empty interner. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: HashTable::new(), hasher: LazyHasher::new(DefaultHashBuilder::default) }
    }
}

impl<T: ?Sized + Send + Sync + 'static, S> Interner<T, S> {
    /// Creates an empty interner with the given hasher.
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { table: HashTable::new(), hasher: LazyHasher::of(hasher) }
    }

    fn drop_those(&self, is: impl Fn(&Interned<T>) -> bool) -> usize {
        let mut panics = Panics::default();
        let dropped = self.table.get().map_or(0, |table| table.drop_those(&mut panics, is));
        panics.resume();
        dropped
    }

    /// Drops the entries of dead objects, and returns how many there were. Time: O(stored).
    pub fn sweep(&self) -> usize {
        self.drop_those(Mortal::is_dead)
    }

    /// Drops all entries, including those of living objects, and returns how many there were.
    ///
    /// Equal values interned later become new objects.
    pub fn clear(&self) -> usize {
        self.drop_those(|_| true)
    }

    /// Returns the number of living objects. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.get().map_or(0, Table::living)
    }

    /// Returns `true` if no object is alive. Time: O(stored).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of entries, including those of dead objects. Time: O(1).
    #[must_use]
    pub fn stored_len(&self) -> usize {
        self.table.get().map_or(0, Table::stored)
    }

    /// Returns the approximate number of objects that there is room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.table.get().map_or(0, Table::capacity)
    }

    /// Makes room for `additional` more objects.
    ///
    /// # Panics
    ///
    /// If the new capacity does not fit in memory.
    pub fn reserve(&self, additional: usize) {
        self.table.make().reserve(additional);
    }

    /// Drops the entries of dead objects, and frees unused capacity.
    pub fn shrink_to_fit(&self) {
        self.sweep();
        self.table.get().into_iter().for_each(Table::shrink_to_fit);
    }

    /// Iterates over the living objects in no particular order, as [`WeakKeyMap::iter`](super::WeakKeyMap::iter) does.
    pub fn iter(&self) -> impl Iterator<Item = Arc<T>> {
        self.table.get().map(|table| table.iter(|there| there.0.upgrade())).into_iter().flatten()
    }
}

impl<T: ?Sized + Hash + Eq + Send + Sync + 'static, S: BuildHasher> Interner<T, S> {
    /// Returns the object equal to `value`, first interning `value` if there is none.
    ///
    /// `value` must borrow as a `T` and convert into an `Arc<T>`: for `Interner<str>` a `&str`, `String`, `Box<str>` or `Arc<str>`; for
    /// `Interner<[T]>` a `Vec<T>` or a slice; for any `T` a `T`, `Box<T>` or `Arc<T>`. It is converted only if it is new; an `Arc` becomes
    /// the interned object itself. Time: O(1) amortised, plus `Hash` and `Eq`; without a lock if the object exists.
    #[inline]
    pub fn intern<Q: Borrow<T> + Into<Arc<T>>>(&self, value: Q) -> Arc<T> {
        let hash = self.hasher.get().hash_one(value.borrow());
        match self.find(hash, |there| *there == *value.borrow()) {
            Some(there) => OnItsWay::new(there).past(value),
            None => self.add(hash, value.into()),
        }
    }

    /// Returns the object equal to `value`, first interning the result of `make` if there is none.
    ///
    /// The result of `make` must be equal to `value`.
    #[inline]
    pub fn intern_with<Q>(&self, value: &Q, make: impl FnOnce() -> Arc<T>) -> Arc<T>
    where
        Q: ?Sized + Hash + Equivalent<T>,
    {
        let hash = self.hasher.get().hash_one(value);
        match self.find(hash, |there| value.equivalent(there)) {
            Some(there) => OnItsWay::new(there).past(make),
            None => self.add(hash, make()),
        }
    }

    /// Returns the object equal to `value`, if there is one. Time: O(1) without a lock, plus `Hash` and `Eq`.
    #[inline]
    pub fn get<Q: ?Sized + Hash + Equivalent<T>>(&self, value: &Q) -> Option<Arc<T>> {
        self.find(self.hasher.get().hash_one(value), |there| value.equivalent(there))
    }

    /// Returns whether `object` itself is the interned object of its value.
    #[must_use]
    pub fn contains(&self, object: &Arc<T>) -> bool {
        let hash = self.hasher.get().hash_one(&**object);
        self.table.find(hash, |there| std::ptr::addr_eq(there.0.as_ptr(), Arc::as_ptr(object)).then_some(())).is_some()
    }

    #[inline]
    fn find(&self, hash: u64, is: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let first = self.table.look(hash, |there| there.0.upgrade())?;
        if is(&first) {
            return Some(first);
        }
        drop(first);
        self.table.find_under_lock(hash, |there| there.0.upgrade().filter(|object| is(object)))
    }

    #[cold]
    fn add(&self, hash: u64, object: Arc<T>) -> Arc<T> {
        let (there, replaced) = self.table.change(
            hash,
            |there| there.0.upgrade().filter(|there| **there == *object),
            |shard, all, there| {
                if let Some((_, there)) = there {
                    return (Some(there), None);
                }
                let new = Interned(Arc::downgrade(&object));
                // The one that died, most likely.
                match all.iter().find(|there| there.is_dead()) {
                    Some(dead) => (None, Some(shard.replace(dead, size_of_val(&*object), new))),
                    None => {
                        shard.add(hash, size_of_val(&*object), new);
                        (None, None)
                    }
                }
            },
        );
        drop(replaced);
        account::put_in_table();
        match there {
            Some(there) => OnItsWay::new(there).past(object),
            None => object,
        }
    }
}

impl<T: ?Sized + Send + Sync + 'static> Default for Interner<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized + Send + Sync + 'static + fmt::Debug, S> fmt::Debug for Interner<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
