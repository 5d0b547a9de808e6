//! Figures of a part of a program: of the threads that are in a scope, while they are in it.

use std::fmt;
use std::sync::Arc;

use crate::inspect::handle::Memo;
use crate::inspect::signature::Kind;
use crate::memo::counting::counter_block::{Count, Sums};
use crate::memo::counting::watch::{self, Watch};
use crate::memo::counting::watching::Watching;
use crate::memo::names;

/// Runs `run` in a scope of its own, which counts the calls of memos that this thread makes meanwhile, and those of no other test.
///
/// [`calls`] and [`Scope::calls`] return the figures so far. A thread that is started inside is not in the scope by itself: see
/// [`Scope::adopt`]. Scopes may be nested: what an inner one counts, the outer one does, too.
///
/// # Panics
///
/// As `run` does.
///
/// # Cost
///
/// Threads outside of any scope pay nothing. Inside, each hit takes two locks.
///
/// # Examples
///
/// ```
/// use memo_core::{testing, weak_memo};
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn length(text: &Arc<String>) -> usize {
///     text.len()
/// }
///
/// let text = Arc::new(String::from("a"));
/// testing::scope(|| {
///     length(&text);
///     length(&text);
///     let calls = testing::calls(length_memo());
///     assert_eq!((calls.computes, calls.hits), (1, 1));
/// });
/// ```
pub fn scope<R>(run: impl FnOnce() -> R) -> R {
    Scope(Arc::new(Watch::figures(watch::current()))).adopt(run)
}

/// Returns what `memo` has done so far in the innermost [`scope`] that this thread is in.
///
/// # Panics
///
/// If this thread is in no scope.
#[track_caller]
#[must_use]
pub fn calls<F, P: Kind>(memo: Memo<F, P>) -> Calls {
    Scope::current().calls(memo)
}

/// A [`scope`] that threads may be in.
///
/// It can be cloned and sent to other threads, and outlives the call of [`scope`], with its figures.
#[derive(Clone)]
pub struct Scope(Arc<Watch>);

impl Scope {
    /// Returns the innermost scope that this thread is in.
    ///
    /// # Panics
    ///
    /// If this thread is in no scope.
    #[track_caller]
    #[must_use]
    pub fn current() -> Self {
        let Some(scope) = Self::try_current() else {
            panic!(
                "memo_core: this thread is in no `testing::scope`: call this inside of one, and on a thread that is started there \
                 inside `Scope::adopt`"
            )
        };
        scope
    }

    /// Returns the innermost scope that this thread is in, or `None` if it is in none.
    #[must_use]
    pub fn try_current() -> Option<Self> {
        watch::current()?.with_figures().map(Self)
    }

    /// Runs `run` on this thread as a part of the scope.
    ///
    /// Until it returns, this thread is in this scope and in those around it, and in no other.
    ///
    /// ```
    /// use memo_core::testing::{self, Scope};
    /// use memo_core::weak_memo;
    /// use std::sync::Arc;
    /// use std::thread;
    ///
    /// #[weak_memo]
    /// fn length(text: &Arc<String>) -> usize {
    ///     text.len()
    /// }
    ///
    /// let text = Arc::new(String::from("a"));
    /// testing::scope(|| {
    ///     let scope = Scope::current();
    ///     thread::scope(|threads| {
    ///         threads.spawn(|| scope.adopt(|| length(&text)));
    ///         threads.spawn(|| scope.adopt(|| length(&text)));
    ///     });
    ///     assert_eq!(testing::calls(length_memo()).computes, 1);
    /// });
    /// ```
    pub fn adopt<R>(&self, run: impl FnOnce() -> R) -> R {
        let _watching = Watching::begin(Some(Arc::clone(&self.0)));
        run()
    }

    /// Returns what `memo` has done so far in this scope.
    #[must_use]
    pub fn calls<F, P: Kind>(&self, memo: Memo<F, P>) -> Calls {
        Calls::new(&self.0.figures_of(memo.__core()))
    }

    /// Returns the memos that were called in this scope, by name, with what each has done there so far.
    #[must_use]
    pub fn all_calls(&self) -> Vec<(&'static str, Calls)> {
        let figures = self.0.all_figures().into_iter().map(|(core, sums)| (names::name(core), Calls::new(&sums)));
        // A sweep counts for memos that were not called, too.
        let mut figures: Vec<_> = figures.filter(|(_, calls)| *calls != Calls::default()).collect();
        figures.sort_unstable_by_key(|(name, _)| *name);
        figures
    }
}

/// The memos that were called, with what each has done.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.all_calls()).finish()
    }
}

/// What a memo has done in a [`scope`].
///
/// A call is a hit or a miss. A miss computes, or waits for another call that does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// Calls that found their result.
    pub hits: u64,
    /// Calls that did not.
    pub misses: u64,
    /// Times that the body ran.
    pub computes: u64,
    /// Times that a call waited for another.
    pub waits: u64,
    /// Results that were not stored: those of bodies that panicked, or whose result was not to be kept, was cleared meanwhile, or came second.
    pub rejected: u64,
}

impl Calls {
    fn new(sums: &Sums) -> Self {
        Self {
            hits: sums.get(Count::Hits),
            misses: sums.get(Count::Misses),
            computes: sums.get(Count::Computes),
            waits: sums.get(Count::Waits),
            rejected: sums.get(Count::Rejected),
        }
    }
}

/// In words: "2 hits, 1 miss, 1 compute", and what else there was.
impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |n: u64| if n == 1 { "" } else { "s" };
        let es = if self.misses == 1 { "" } else { "es" };
        let Self { hits, misses, computes, waits, rejected } = *self;
        write!(f, "{hits} hit{}, {misses} miss{es}, {computes} compute{}", s(hits), s(computes))?;
        if waits > 0 {
            write!(f, ", {waits} wait{}", s(waits))?;
        }
        if rejected > 0 {
            write!(f, ", {rejected} not stored")?;
        }
        Ok(())
    }
}
