//! The anchor of an object that stays on its thread: its results need not be `Send`.
//!
//! # Invariants
//!
//! 1. A `LocalAnchor` is neither `Send` nor `Sync`: who has a reference to one is on its thread, whatever gave it out. So all that lies on
//!    it, and all that is lent from it, is used and dropped by that thread alone, and need only be `'static` (rule 1 asks for more of an
//!    [`Anchor`], which may leave its object and its thread).
//! 2. The plain anchor inside never gets out as one: it would be `Send + Sync`. Methods of public traits that give it out, by `&` or `&mut`,
//!    have a private type in their signature, if only [`Internal`](crate::argument::owner::Internal), so nobody outside can call them. The
//!    library uses it for the `Local` scope only.
//! 3. It dies on its thread, in the object's drop, so nothing on it needs the thread's own table, nor its end.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use super::anchor::Anchor;
use crate::sys::sync::const_fn;

/// An [`Anchor`] of one thread: its results need not be `Send`, and may be lent all the same.
///
/// Put one in a struct and derive [`HasLocalAnchor`](derive@crate::HasLocalAnchor), or wrap the object in
/// [`LocalAnchored<T>`](crate::LocalAnchored). Memoized functions can then take `&YourStruct`, with `Rc`s beside it, and return what holds
/// `Rc`s. In all else it is like an [`Anchor`]: one word, results dropped within the object's own drop, all anchors equal, a clone is a
/// fresh one, and [`clear`](LocalAnchor::clear) after a change.
///
/// # One thread
///
/// A `LocalAnchor` is neither `Send` nor `Sync`, and so is a struct that has one:
///
/// ```compile_fail,E0277
/// let anchor = memo_core::LocalAnchor::new();
/// std::thread::spawn(move || drop(anchor));
/// ```
///
/// This is what its results rely on: an `unsafe impl Send` for such a struct is unsound. Calls wait for no other thread and a hit takes no
/// lock. `clear` and `len` of the memo mean the objects of this thread.
///
/// # Examples
///
/// ```
/// use memo_core::{HasLocalAnchor, LocalAnchor, weak_memo};
/// use std::rc::Rc;
///
/// #[derive(HasLocalAnchor)]
/// struct Tree {
///     text: String,
///     anchor: LocalAnchor,
/// }
///
/// #[weak_memo]
/// fn words(tree: &Tree) -> &[Rc<str>] {
///     tree.text.split_whitespace().map(Rc::from).collect()
/// }
///
/// let tree = Tree { text: "two words".into(), anchor: LocalAnchor::new() };
/// let word: &Rc<str> = &words(&tree)[1]; // not `Send`, and lent
/// assert_eq!(&**word, "words");
/// assert!(std::ptr::eq(words(&tree), words(&tree)));
/// ```
#[derive(Default)]
pub struct LocalAnchor {
    anchor: Anchor,
    /// Invariant 1.
    here: PhantomData<*const ()>,
}

impl LocalAnchor {
    const_fn! {
        /// Creates an anchor without results.
        ///
        /// ```
        /// thread_local! {
        ///     static ANCHOR: memo_core::LocalAnchor = const { memo_core::LocalAnchor::new() };
        /// }
        /// assert!(ANCHOR.with(|anchor| anchor.is_empty()));
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { anchor: Anchor::new(), here: PhantomData }
        }
    }

    /// Creates an anchor with clones of those results of another that may be carried along, as [`Anchor::with_results_of`] does.
    #[must_use]
    pub fn with_results_of(other: &Self) -> Self {
        Self { anchor: Anchor::with_results_of(&other.anchor), here: PhantomData }
    }

    /// What it is for the library (invariant 2).
    #[inline(always)]
    pub(crate) fn inside(&self) -> &Anchor {
        &self.anchor
    }

    #[inline(always)]
    pub(crate) fn inside_mut(&mut self) -> &mut Anchor {
        &mut self.anchor
    }

    /// Returns `true` if no memo has used this anchor since it was created or cleared.
    ///
    /// ```
    /// assert!(memo_core::LocalAnchor::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchor.is_empty()
    }

    /// Drops every result that depends on this object, including those of other owners, as [`Anchor::clear`] does.
    ///
    /// ```
    /// # use memo_core::{HasLocalAnchor, LocalAnchor, weak_memo};
    /// #[derive(HasLocalAnchor)]
    /// struct Counter {
    ///     n: u32,
    ///     anchor: LocalAnchor,
    /// }
    /// #[weak_memo]
    /// fn double(counter: &Counter) -> u32 {
    ///     counter.n * 2
    /// }
    /// let mut counter = Counter { n: 4, anchor: LocalAnchor::new() };
    /// assert_eq!(double(&counter), 8);
    /// counter.n = 5;
    /// counter.anchor.clear();
    /// assert_eq!(double(&counter), 10);
    /// ```
    pub fn clear(&mut self) {
        self.anchor.clear();
    }
}

/// A clone is a fresh anchor: results belong to one object, and its clone is another.
impl Clone for LocalAnchor {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl fmt::Debug for LocalAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalAnchor")
    }
}

/// All anchors are equal, so a derived `PartialEq` compares only the other fields.
impl PartialEq for LocalAnchor {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LocalAnchor {}

impl PartialOrd for LocalAnchor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LocalAnchor {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// Hashes to nothing, consistent with `Eq`.
impl Hash for LocalAnchor {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// Serialized as nothing (a unit): results are not data.
#[cfg(feature = "serde")]
impl serde::Serialize for LocalAnchor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.anchor.serialize(serializer)
    }
}

/// Deserializes to a fresh anchor.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for LocalAnchor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Anchor::deserialize(deserializer).map(|anchor| Self { anchor, here: PhantomData })
    }
}
