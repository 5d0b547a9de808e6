//! The anchor: the place where an object's results live.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::sync::OnceLock;

use super::cell_list::{self, CellList};
use super::drop_queue;
use crate::memo::cells::head::CellHead;
use crate::sys::depth::DepthGuard;
use crate::sys::sync::const_fn;

/// The place where an object's results live. It dies with the object, and takes the results with it.
///
/// Put one in a struct and derive [`HasAnchor`]: memoized functions can then take `&YourStruct`. Or wrap the whole object
/// in [`Anchored<T>`](crate::Anchored). An anchor is one word, and allocates nothing before its first result.
///
/// It does not affect the derives of the struct: all anchors are equal, hash to nothing and print as `Anchor`. A clone is
/// a fresh anchor, since a clone of the object is another object.
///
/// # Assigning past an anchor
///
/// An anchor does not see changes to the fields beside it: after `doc.text.push('x')`, `outline(&doc)` still returns the
/// old result. Call [`clear`](Anchor::clear) when you change the object, or use [`Anchored<T>`](crate::Anchored), which
/// clears on every `&mut` access. Likewise, `Doc { text, ..old }` moves the anchor of `old`, with its results, into the new
/// object: write `Doc { text, anchor: Anchor::new(), ..old }`.
///
/// # Several anchors
///
/// Results of one object may have to go at different times: those of its text when the text changes, those of its text and its width when
/// either does. Give it several anchors, and mark the one that is the object's own `#[memo(anchor)]`. The others are owners by themselves, and
/// the rest of the object is passed along with `#[memo(skip)]`:
///
/// ```
/// use memo_core::{Anchor, HasAnchor, weak_memo};
///
/// #[derive(HasAnchor)]
/// struct Line {
///     text: String,
///     width: usize,
///     #[memo(anchor)]
///     of_text: Anchor,
///     of_text_and_width: Anchor,
/// }
///
/// impl Line {
///     #[weak_memo]
///     fn letters(&self) -> &[char] {
///         self.text.chars().collect()
///     }
///
///     fn rows(&self) -> &[String] {
///         rows(&self.of_text_and_width, self)
///     }
///
///     fn set_width(&mut self, width: usize) {
///         self.width = width;
///         self.of_text_and_width.clear();
///     }
/// }
///
/// #[weak_memo]
/// fn rows<'a>(_of: &'a Anchor, #[memo(skip)] line: &'a Line) -> &'a [String] {
///     line.letters().chunks(line.width).map(|row| row.iter().collect()).collect()
/// }
///
/// let mut line = Line { text: "abc".into(), width: 2, of_text: Anchor::new(), of_text_and_width: Anchor::new() };
/// assert_eq!(line.rows(), ["ab", "c"]);
/// line.set_width(3);
/// assert_eq!(line.rows(), ["abc"]);
/// assert_eq!(Line::letters_memo().stats().computes, 1); // those of the text have stayed
/// ```
///
/// # Examples
///
/// ```
/// use memo_core::{Anchor, HasAnchor, weak_memo};
///
/// #[derive(Default, HasAnchor)]
/// struct Doc {
///     text: String,
///     anchor: Anchor,
/// }
///
/// #[weak_memo]
/// fn words(doc: &Doc) -> usize {
///     doc.text.split_whitespace().count()
/// }
///
/// let mut doc = Doc { text: "two words".into(), anchor: Anchor::new() };
/// assert_eq!(words(&doc), 2);
///
/// doc.text.push_str(" more");
/// doc.anchor.clear();
/// assert_eq!(words(&doc), 3);
/// ```
pub struct Anchor {
    cells: CellList,
}

// SAFETY: whatever the object is, everything on an anchor of the `Shared` scope is `Send + Sync + 'static` (rule 1): the traits of that scope
// require it. The anchor inside a `LocalAnchor`, and those in a thread's own table, may hold other types. No code outside this crate gets at
// them by `&` or `&mut`: the methods that give them out have a private type in their signature (`Internal`). This crate uses them on their
// thread alone.
unsafe impl Send for Anchor {}
// SAFETY: as above; cells are found and added with atomics.
unsafe impl Sync for Anchor {}

// A panic in a body leaves no trace in an anchor (law 8), so it may be used after one.
impl UnwindSafe for Anchor {}
impl RefUnwindSafe for Anchor {}

impl Anchor {
    const_fn! {
        /// Creates an anchor without results.
        ///
        /// ```
        /// static ANCHOR: memo_core::Anchor = memo_core::Anchor::new();
        /// assert!(ANCHOR.is_empty());
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { cells: CellList::new() }
        }
    }

    #[inline(always)]
    pub(crate) fn cells(&self) -> &CellList {
        &self.cells
    }

    /// Calls the hook of [`before_cells_go`]: this anchor is about to release its cells.
    #[inline]
    pub(crate) fn cells_go(&self) {
        if let Some(act) = BEFORE_CELLS_GO.get() {
            act(self);
        }
    }

    /// Takes all cells, as a chain.
    pub(crate) fn take(&mut self) -> *mut CellHead {
        self.cells.take()
    }

    /// Returns `true` if no memo has used this anchor since it was created or cleared.
    ///
    /// ```
    /// # use memo_core::{Anchored, HasAnchor, weak_memo};
    /// #[weak_memo]
    /// fn double(n: &Anchored<u32>) -> u32 {
    ///     **n * 2
    /// }
    /// let n = Anchored::new(4);
    /// assert!(n.anchor().is_empty());
    /// double(&n);
    /// assert!(!n.anchor().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut empty = true;
        self.cells.each_memo(|memo| empty &= memo.vtable().stays);
        empty
    }

    /// Drops every result that depends on this object, including those of other owners.
    ///
    /// They are dropped before this returns. `&mut` proves that no result is lent out. If the destructor of a result
    /// panics, the panic resumes once all are dropped.
    ///
    /// [Finalizers](crate::weak::finalize) stay: they belong to the object, not to its content.
    ///
    /// ```
    /// # use memo_core::{Anchored, weak_memo};
    /// #[weak_memo]
    /// fn double(n: &Anchored<u32>) -> u32 {
    ///     **n * 2
    /// }
    /// let mut n = Anchored::new(4);
    /// double(&n);
    /// n.clear();
    /// assert_eq!(double_memo().get(&n), None);
    /// ```
    pub fn clear(&mut self) {
        self.cells_go();
        let chain = self.cells.take();
        // SAFETY: taken just now.
        let results = unsafe { cell_list::take_from(chain, stays, |cell| self.put_back(cell)) };
        drop_queue::clear(results);
    }

    /// Creates an anchor with clones of those results of another that may be carried along: of memos with the option `carry`.
    ///
    /// For a `Clone` of the object that is written by hand. The promise is that the new object equals the old one in all that the bodies
    /// of those memos look at. Results that are being computed are not taken along, nor are those of other owners that depend on the object.
    /// Each counts as an insert.
    ///
    /// # Panics
    ///
    /// If the `Clone` of a result does. Nothing of the new anchor is left then.
    ///
    /// # Cost
    ///
    /// A walk over the memos that have been used with the object, and for each result that is taken along a clone and an allocation.
    ///
    /// ```
    /// use memo_core::{Anchor, HasAnchor, weak_memo};
    ///
    /// #[derive(HasAnchor)]
    /// struct Doc {
    ///     text: String,
    ///     author: String,
    ///     anchor: Anchor,
    /// }
    ///
    /// impl Clone for Doc {
    ///     fn clone(&self) -> Self {
    ///         Self { text: self.text.clone(), author: self.author.clone(), anchor: Anchor::with_results_of(&self.anchor) }
    ///     }
    /// }
    ///
    /// impl Doc {
    ///     /// What does not carry depends on the author.
    ///     fn by(&self, author: &str) -> Self {
    ///         Self { author: author.into(), ..self.clone() }
    ///     }
    /// }
    ///
    /// #[weak_memo(carry)]
    /// fn words(doc: &Doc) -> &[String] {
    ///     doc.text.split_whitespace().map(str::to_owned).collect()
    /// }
    ///
    /// #[weak_memo]
    /// fn title(doc: &Doc) -> String {
    ///     format!("{}, by {}", words(doc)[0], doc.author)
    /// }
    ///
    /// let doc = Doc { text: "two words".into(), author: "Ann".into(), anchor: Anchor::new() };
    /// assert_eq!(title(&doc), "two, by Ann");
    /// let other = doc.by("Bo");
    /// drop(doc);
    /// assert_eq!(title(&other), "two, by Bo");
    /// assert_eq!((words_memo().stats().computes, title_memo().stats().computes), (1, 2));
    /// ```
    #[must_use]
    pub fn with_results_of(other: &Self) -> Self {
        // User code runs: no sweep starts inside it.
        let _deeper = DepthGuard::enter();
        let mut new = Self::new();
        other.cells.each(|cell| {
            // SAFETY: a cell of an anchor that is borrowed.
            let carry = unsafe { cell.as_ref() }.memo().carry();
            // SAFETY: as above, of that memo.
            if let Some(copy) = carry.and_then(|carry| unsafe { carry(cell) }) {
                new.put_back(copy);
            }
        });
        new
    }

    fn put_back(&mut self, cell: NonNull<CellHead>) {
        let added = self.cells.add(cell);
        debug_assert!(added.is_ok(), "there was one cell of its memo");
    }
}

/// Whether a cell concerns the object rather than its content.
fn stays(cell: NonNull<CellHead>) -> bool {
    // SAFETY: called for the cells of a chain, which is the caller's.
    unsafe { cell.as_ref() }.memo().vtable().stays
}

static BEFORE_CELLS_GO: OnceLock<fn(&Anchor)> = OnceLock::new();

/// From now on `act` is called with every anchor before it releases its cells.
pub(crate) fn before_cells_go(act: fn(&Anchor)) {
    BEFORE_CELLS_GO.get_or_init(|| act);
}

impl Drop for Anchor {
    #[inline]
    fn drop(&mut self) {
        if !self.cells.is_empty() {
            self.cells_go();
            drop_queue::bury(self.cells.take());
        }
    }
}

impl Default for Anchor {
    fn default() -> Self {
        Self::new()
    }
}

/// A clone is a fresh anchor: results belong to one object, and its clone is another. See [`with_results_of`](Anchor::with_results_of).
impl Clone for Anchor {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl fmt::Debug for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Anchor")
    }
}

/// All anchors are equal, so a derived `PartialEq` compares only the other fields.
impl PartialEq for Anchor {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Anchor {}

impl PartialOrd for Anchor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Anchor {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// Hashes to nothing, consistent with `Eq`.
impl Hash for Anchor {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// Serialized as nothing (a unit): results are not data.
#[cfg(feature = "serde")]
impl serde::Serialize for Anchor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// Deserializes to a fresh anchor.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Anchor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <() as serde::Deserialize>::deserialize(deserializer).map(|()| Self::new())
    }
}

/// An object with an anchor of its own.
///
/// Derive it for a struct with a field of type [`Anchor`]. `&YourStruct` is then a weak argument of memoized functions, and
/// can be their owner.
///
/// A manual implementation is safe. One that returns another object's anchor, or a different one on each call, makes
/// memos wrong or useless, but never unsound.
///
/// A manual implementation is enough for an owner. A further weak argument, or one inside an option, tuple or collection, must also
/// be a [`MemoKey`](crate::MemoKey). The derive provides that; otherwise write `key_as!(Node => Anchor, |node| node.anchor());`.
///
/// For trait objects, write `impl HasAnchor for dyn Node + '_`. Without `+ '_` the impl covers only objects that borrow nothing, and a
/// memo of `&dyn Node` does not compile ("borrowed data escapes").
///
/// # Examples
///
/// ```
/// use memo_core::{Anchor, HasAnchor};
///
/// struct Node {
///     anchor: Anchor,
/// }
///
/// impl HasAnchor for Node {
///     fn anchor(&self) -> &Anchor {
///         &self.anchor
///     }
/// }
/// assert!(Node { anchor: Anchor::new() }.anchor().is_empty());
/// ```
pub trait HasAnchor {
    /// Returns the object's anchor.
    ///
    /// A memo call invokes this once for each argument and derives everything from that borrow; for an object inside a slice
    /// or another collection, once for each step of the lookup.
    fn anchor(&self) -> &Anchor;
}

/// An object that owns its anchor.
///
/// Derived along with [`HasAnchor`](derive@crate::HasAnchor), where the field's type is written as `Anchor`. `&mut` access to such an object shows
/// that none of its results is lent, so single results may be taken out and put in: see [`Memo::take`](crate::Memo::take).
///
/// A manual implementation is safe: the `&mut Anchor` that it returns is proof by itself. One that returns another anchor than
/// [`anchor`](HasAnchor::anchor) does makes those methods change the results of that one.
pub trait HasAnchorMut: HasAnchor {
    /// Returns the object's anchor.
    fn anchor_mut(&mut self) -> &mut Anchor;
}

/// An anchor may be an owner by itself: one of several in a struct, each for the results of other fields.
impl HasAnchor for Anchor {
    #[inline]
    fn anchor(&self) -> &Anchor {
        self
    }
}

impl HasAnchorMut for Anchor {
    #[inline]
    fn anchor_mut(&mut self) -> &mut Anchor {
        self
    }
}
