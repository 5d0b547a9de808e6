//! An object of any type together with an anchor.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::anchor::anchor::{Anchor, HasAnchor};
use crate::anchor::local_anchor::LocalAnchor;
use crate::sys::sync::const_fn;

/// A value with an anchor: makes a weak argument of any type without changing that type.
///
/// `&Anchored<T>` can own results, and `&mut` access drops them: the borrow checker is the invalidation protocol.
///
/// Equality, order, hash, `Debug`, iteration and serde are those of `T`. A clone has a fresh anchor, since it is another object:
/// [`clone_with_results`](Anchored::clone_with_results) takes some along.
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

/// An [`Anchored`] of one thread: its results need not be `Send`, and may be lent all the same.
///
/// It has a [`LocalAnchor`] inside, and so is neither `Send` nor `Sync`.
///
/// # Examples
///
/// ```
/// use memo_core::{LocalAnchored, weak_memo};
/// use std::rc::Rc;
///
/// #[weak_memo]
/// fn lines(text: &LocalAnchored<String>) -> &[Rc<str>] {
///     text.lines().map(Rc::from).collect()
/// }
///
/// let mut text = LocalAnchored::new(String::from("one"));
/// assert_eq!(lines(&text).len(), 1);
/// text.push_str("\ntwo"); // through `DerefMut`: the result is gone
/// assert_eq!(lines(&text).len(), 2);
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalAnchored<T: ?Sized> {
    anchor: LocalAnchor,
    value: T,
}

impl<T: ?Sized> HasAnchor for Anchored<T> {
    #[inline]
    fn anchor(&self) -> &Anchor {
        &self.anchor
    }
}

impl<T: ?Sized> LocalAnchored<T> {
    #[inline]
    pub(crate) fn local_anchor(&self) -> &LocalAnchor {
        &self.anchor
    }
}

/// What both have.
macro_rules! wrapper {
    ($wrapper:ident, $anchor:ident) => {
        impl<T> $wrapper<T> {
            const_fn! {
                /// Wraps `value` with a fresh anchor.
                ///
                /// ```
                #[doc = concat!("assert_eq!(*memo_core::", stringify!($wrapper), "::new(5), 5);")]
                /// ```
                pub fn new(value: T) -> Self {
                    Self { anchor: $anchor::new(), value }
                }
            }

            /// Drops the results and returns the value.
            ///
            /// ```
            #[doc = concat!("assert_eq!(memo_core::", stringify!($wrapper), "::new(5).into_inner(), 5);")]
            /// ```
            pub fn into_inner(self) -> T {
                let Self { value, anchor } = self;
                // First: a value that is being returned would be lost if a destructor panicked.
                drop(anchor);
                value
            }
        }

        impl<T: Clone> $wrapper<T> {
            /// Clones the value, and takes clones of its results along: those of memos with the option `carry`.
            ///
            /// The promise of that option: a clone of the value equals it in all that the bodies of those memos look at. Results that are
            /// being computed are not taken along, nor are those of other owners that depend on the object. Each counts as an insert.
            ///
            /// # Panics
            ///
            /// If a `Clone` does, of the value or of a result. Nothing of the new object is left then.
            ///
            /// # Cost
            ///
            /// That of `clone`, a walk over the memos that have been used with the object, and for each result that is taken along a clone and an
            /// allocation.
            ///
            /// ```
            #[doc = concat!("# use memo_core::{", stringify!($wrapper), ", weak_memo};")]
            /// #[weak_memo(carry)]
            #[doc = concat!("fn words(text: &", stringify!($wrapper), "<String>) -> &[String] {")]
            ///     text.split_whitespace().map(str::to_owned).collect()
            /// }
            #[doc = concat!("let text = ", stringify!($wrapper), "::new(String::from(\"two words\"));")]
            /// assert_eq!(words(&text).len(), 2);
            /// let clone = text.clone_with_results();
            /// drop(text);
            /// assert_eq!((words(&clone).len(), words_memo().stats().computes), (2, 1));
            /// ```
            #[must_use]
            pub fn clone_with_results(&self) -> Self {
                Self { value: self.value.clone(), anchor: $anchor::with_results_of(&self.anchor) }
            }
        }

        impl<T: ?Sized> $wrapper<T> {
            #[inline]
            pub(crate) fn anchor_mut(&mut self) -> &mut $anchor {
                &mut self.anchor
            }

            /// Drops every result that depends on this object, before returning.
            ///
            /// This is needed only if the value changes without `&mut`, through a `Cell` or a lock inside it, in memos with the option
            /// `interior_mutability`.
            ///
            /// The value stays as it is, even if it has a `clear` method of its own. To empty one that holds a `Vec`, write
            /// `Vec::clear(&mut list)`, which drops the results too.
            ///
            /// ```
            #[doc = concat!("# use memo_core::{", stringify!($wrapper), ", weak_memo};")]
            /// # use std::cell::Cell;
            /// #[weak_memo(interior_mutability)]
            #[doc = concat!("fn double(n: &", stringify!($wrapper), "<Cell<u32>>) -> u32 {")]
            ///     n.get() * 2
            /// }
            #[doc = concat!("let mut n = ", stringify!($wrapper), "::new(Cell::new(1));")]
            /// assert_eq!(double(&n), 2);
            /// (*n).set(5);
            /// n.clear();
            /// assert_eq!(double(&n), 10);
            /// ```
            pub fn clear(&mut self) {
                self.anchor.clear();
            }
        }

        impl<T: ?Sized> Deref for $wrapper<T> {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                &self.value
            }
        }

        /// Drops the results, since the caller may change what they were computed from.
        impl<T: ?Sized> DerefMut for $wrapper<T> {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                self.anchor.clear();
                &mut self.value
            }
        }

        /// Iterates over the value.
        impl<'a, T: ?Sized> IntoIterator for &'a $wrapper<T>
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
        impl<'a, T: ?Sized> IntoIterator for &'a mut $wrapper<T>
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
        impl<T: IntoIterator> IntoIterator for $wrapper<T> {
            type Item = T::Item;
            type IntoIter = T::IntoIter;

            fn into_iter(self) -> T::IntoIter {
                self.into_inner().into_iter()
            }
        }

        impl<T: fmt::Debug + ?Sized> fmt::Debug for $wrapper<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.value.fmt(f)
            }
        }

        impl<T> From<T> for $wrapper<T> {
            fn from(value: T) -> Self {
                Self::new(value)
            }
        }

        #[cfg(feature = "serde")]
        impl<T: serde::Serialize + ?Sized> serde::Serialize for $wrapper<T> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.value.serialize(serializer)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for $wrapper<T> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                T::deserialize(deserializer).map(Self::new)
            }
        }
    };
}

wrapper!(Anchored, Anchor);
wrapper!(LocalAnchored, LocalAnchor);
