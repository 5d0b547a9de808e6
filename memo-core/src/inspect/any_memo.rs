//! A memo without its types: for tools that look at all of them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::inspect::handle::{Memo, clear};
use crate::inspect::signature::Kind;
use crate::inspect::statistics::awaiting;
use crate::inspect::statistics::memos::{MemoInfo, info};
use crate::memo::all_memos;
use crate::memo::core::Core;
use crate::memo::explain::miss::Miss;
use crate::memo::explain::missed;
use crate::memo::names;

/// Any memo, whatever the type of its function: for tools that look at all of them.
///
/// A [`Memo`] turns into it by `into()`. It is `Copy`, one word.
///
/// # Examples
///
/// ```
/// use memo_core::{AnyMemo, weak_memo};
/// use std::sync::Arc;
///
/// #[weak_memo(name = "text length")]
/// fn len(text: &Arc<String>) -> usize {
///     text.len()
/// }
///
/// let text = Arc::new(String::from("abc"));
/// len(&text);
/// let memo = AnyMemo::named("text length").unwrap();
/// assert_eq!(memo.info().stats.misses, 1);
/// assert_eq!(memo.clear(), Some(1));
/// assert_eq!(len_memo().get(&text), None);
/// ```
#[derive(Clone, Copy)]
pub struct AnyMemo(&'static Core);

impl<F, P: Kind> From<Memo<F, P>> for AnyMemo {
    fn from(memo: Memo<F, P>) -> Self {
        all_memos::register(memo.__core());
        Self(memo.__core())
    }
}

impl AnyMemo {
    /// Returns every memo used so far in this process, one for each instantiation, in the order of first use.
    #[must_use]
    pub fn all() -> Vec<Self> {
        all_memos::all().iter().copied().map(Self).collect()
    }

    /// Returns the memo with this [name](AnyMemo::name), if it has been used.
    ///
    /// Cost: a walk over all memos.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|memo| memo.name() == name)
    }

    /// Returns the name in reports: that of [`Memo::name`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        names::name(self.0)
    }

    pub(in crate::inspect) fn core(&self) -> &'static Core {
        self.0
    }

    /// Returns its identity and statistics, which cost what [`Memo::stats`] does.
    #[must_use]
    pub fn info(&self) -> MemoInfo {
        info(self.0, awaiting::estimate(self.0))
    }

    /// Drops every result, and returns how many there were; `None` if it lends its results, which cannot be dropped.
    ///
    /// Of memos of `Rc` owners and `local` memos those of this thread.
    ///
    /// # Panics
    ///
    /// If the destructor of a result panics, once all results are dropped.
    pub fn clear(&self) -> Option<usize> {
        (!self.0.site().lends).then(|| if self.0.has_cells() { clear(self.0) } else { 0 })
    }

    /// Begins to explain misses, or ends that: see [`Memo::explain`].
    pub fn explain(&self, on: bool) {
        self.0.explanation().switch(on);
    }

    /// Returns `true` if misses are explained.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.0.explanation().is_on()
    }

    /// Returns the last misses with their reasons: see [`Memo::misses`].
    #[must_use]
    pub fn misses(&self) -> Vec<Miss> {
        missed::misses(self.0)
    }

    /// Returns how many misses had which [reason](crate::MissReason::as_str) while they were explained; nothing if they never were.
    pub fn miss_reasons(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        missed::reasons(self.0)
    }
}

impl fmt::Debug for AnyMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyMemo").field(&self.name()).finish()
    }
}

impl<F, P: Kind> Memo<F, P> {
    /// Says how many bytes a result owns on the heap, for [`Stats::value_bytes`](crate::Stats::value_bytes).
    ///
    /// From now on `bytes` is called for a sample of the results that are computed: the first 64, then one in 64. `T` is what the memo keeps: what the
    /// body returns, or of a `Result` whose error cannot be cloned its `Ok` value. Results of another type are not measured, nor those that are kept as something
    /// else: weakly (`weak_value`), or as a mark where the result may be an argument itself. `bytes` must not call the memo.
    ///
    /// A crate that measures, such as `get-size2`, has a function for it: `measure(<Vec<u8> as GetSize>::get_heap_size)`. What several results share should be
    /// counted for none of them, or for one.
    ///
    /// # Panics
    ///
    /// Not if `bytes` does: that is swallowed, and counted in the [report](crate::Report).
    ///
    /// # Cost
    ///
    /// Without it, a relaxed load for each compute. With it, also a lock that all computes of the memo share. A hit pays nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use memo_core::weak_memo;
    /// use std::sync::Arc;
    ///
    /// #[weak_memo]
    /// fn repeat(text: &Arc<String>, times: usize) -> String {
    ///     text.repeat(times)
    /// }
    ///
    /// assert_eq!(repeat_memo().stats().value_bytes, None);
    /// repeat_memo().measure(String::capacity);
    /// let text = Arc::new(String::from("ab"));
    /// repeat(&text, 10);
    /// repeat(&text, 20);
    /// assert_eq!(repeat_memo().stats().value_bytes, Some(60));
    /// ```
    pub fn measure<T: 'static>(&self, bytes: impl Fn(&T) -> usize + Send + Sync + 'static) {
        let AnyMemo(core) = AnyMemo::from(*self);
        core.value_bytes().measure(Arc::new(move |value: &dyn Any| value.downcast_ref().map(&bytes)));
    }

    /// Begins to explain misses, or ends that and forgets them.
    ///
    /// From now on the last 64 misses are kept with their reasons, and what is needed to tell them: which of the last results went, and
    /// why. So are the times at which its last objects came, for [`Memo::owners`]. That is bounded, some 64 KiB, and keeps no object, key or value alive.
    ///
    /// To begin with the first call, set the environment variable `MEMO_EXPLAIN` to the memo's name, to a part of it, to several that are separated by semicolons,
    /// or to `*`. It is read once. (What is added to a name so that it is unique, a place or a number, is no part of it.)
    ///
    /// # Cost
    ///
    /// Off, as it is at first, a relaxed load for each miss, each compute and each result that goes. On, a lock for each of these, a comparison of a new extra key with up to
    /// 64 others of its object, and for a new object a walk over what is known of those that went: some 300 ns. A hit pays nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use memo_core::{MissReason, weak_memo};
    /// use std::sync::Arc;
    ///
    /// #[weak_memo]
    /// #[track_caller] // so that misses tell where the call is
    /// fn wrapped(text: &Arc<String>, width: usize, indent: usize) -> String {
    ///     format!("{:indent$}{text:width$}", "")
    /// }
    ///
    /// wrapped_memo().explain(true);
    /// let text = Arc::new(String::from("abc"));
    /// wrapped(&text, 80, 0);
    /// wrapped(&text, 80, 4);
    /// wrapped_memo().clear();
    /// wrapped(&text, 80, 4);
    ///
    /// let misses = wrapped_memo().misses();
    /// let reasons: Vec<_> = misses.iter().map(|miss| &miss.reason).collect();
    /// let indent = MissReason::NewKey { differs: vec!["indent"] };
    /// assert_eq!(reasons, [&MissReason::NewObject, &indent, &MissReason::Cleared]);
    /// assert!(misses[0].at.is_some());
    /// ```
    pub fn explain(&self, on: bool) {
        AnyMemo::from(*self).explain(on);
    }

    /// Returns the last misses with their reasons, the oldest first: up to 64, since [`explain`](Memo::explain) was called.
    ///
    /// Calls that close a ring are not among them.
    #[must_use]
    pub fn misses(&self) -> Vec<Miss> {
        AnyMemo::from(*self).misses()
    }
}
