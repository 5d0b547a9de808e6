//! An object of any type together with an anchor.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::anchor::anchor::{Anchor, HasAnchor};
use crate::sys::sync::const_fn;

/// A value with an anchor: makes a weak argument of any type without changing that type.
///
/// `&Anchored<T>` can own results, and `&mut` access drops them: the borrow checker is the invalidation protocol.
///
/// Equality, order, hash, `Debug`, iteration and serde are those of `T`. A clone has a fresh anchor, since it is another object.
///
/// # Examples
///
/// ```
/// use memo_core::{Anchored, weak_memo};
///
/// #[weak_memo]
/// fn words(text: &Anchored<String>) -> usize {
///     text.split_whitespace().count()
/// }
///
/// let mut text = Anchored::new(String::from("two words"));
/// assert_eq!(words(&text), 2);
/// text.push_str(" more"); // through `DerefMut`: the result is gone
/// assert_eq!(words(&text), 3);
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchored<T: ?Sized> {
    anchor: Anchor,
    value: T,
}

impl<T> Anchored<T> {
    const_fn! {
        /// Wraps `value` with a fresh anchor.
        ///
        /// ```
        /// assert_eq!(*memo_core::Anchored::new(5), 5);
        /// ```
        pub fn new(value: T) -> Self {
            Self { anchor: Anchor::new(), value }
        }
    }

    /// Drops the results and returns the value.
    ///
    /// ```
    /// assert_eq!(memo_core::Anchored::new(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        let Self { value, anchor } = self;
        // First: a value that is being returned would be lost if a destructor panicked.
        drop(anchor);
        value
    }
}

impl<T: ?Sized> Anchored<T> {
    /// Drops every result that depends on this object, before returning.
    ///
    /// This is needed only if the value changes without `&mut`, through a `Cell` or a lock inside it, in memos with the option
    /// `interior_mutability`.
    ///
    /// The value stays as it is, even if it has a `clear` method of its own. To empty an `Anchored<Vec<_>>`, write
    /// `Vec::clear(&mut list)`, which drops the results too.
    ///
    /// ```
    /// # use memo_core::{Anchored, weak_memo};
    /// # use std::cell::Cell;
    /// #[weak_memo(interior_mutability)]
    /// fn double(n: &Anchored<Cell<u32>>) -> u32 {
    ///     n.get() * 2
    /// }
    /// let mut n = Anchored::new(Cell::new(1));
    /// assert_eq!(double(&n), 2);
    /// (*n).set(5);
    /// n.clear();
    /// assert_eq!(double(&n), 10);
    /// ```
    pub fn clear(&mut self) {
        self.anchor.clear();
    }
}

impl<T: ?Sized> HasAnchor for Anchored<T> {
    #[inline]
    fn anchor(&self) -> &Anchor {
        &self.anchor
    }
}

impl<T: ?Sized> Deref for Anchored<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Drops the results, since the caller may change what they were computed from.
impl<T: ?Sized> DerefMut for Anchored<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.anchor.clear();
        &mut self.value
    }
}

/// Iterates over the value.
impl<'a, T: ?Sized> IntoIterator for &'a Anchored<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.value.into_iter()
    }
}

/// Iterates over the value, and drops the results first, as every `&mut` access does.
impl<'a, T: ?Sized> IntoIterator for &'a mut Anchored<T>
where
    &'a mut T: IntoIterator,
{
    type Item = <&'a mut T as IntoIterator>::Item;
    type IntoIter = <&'a mut T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (**self).into_iter()
    }
}

/// Drops the results, and iterates over the value.
impl<T: IntoIterator> IntoIterator for Anchored<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        self.into_inner().into_iter()
    }
}

impl<T: fmt::Debug + ?Sized> fmt::Debug for Anchored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T> From<T> for Anchored<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

#[cfg(feature = "serde")]
impl<T: serde::Serialize + ?Sized> serde::Serialize for Anchored<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Anchored<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}
