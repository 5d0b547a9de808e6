//! What a test expects of the calls in one expression.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::compute::frames;
use crate::memo::counting::watch::{self, Call, Watch};
use crate::memo::counting::watching::Watching;
use crate::memo::names;

/// Asserts that the calls of memos in an expression run their bodies, and returns its value.
///
/// It sees all calls of memos that this thread makes in the expression, arguments included, but for those inside bodies. Each must compute its result:
/// none may be remembered, or computed by another thread. There must be at least one. Whether what was computed is stored does not matter: see
/// [`Memo::call`](crate::Memo::call) for that.
///
/// Around an `.await`, run it on one thread (`block_on`, a current-thread runtime): a watch stays on the thread where it began.
///
/// Works on any function with the attribute, also on methods of traits, and beside other tests that call the same memos.
///
/// Of an `async fn`, let this thread run the call to its end: `assert_computed!(block_on(f(&x)))`, with the executor's `block_on`. A
/// future that awaits inside is not `Send`, since the calls are those of one thread; what other tasks of that thread do meanwhile is seen, too.
///
/// # Panics
///
/// If that is not so, at the line of the assertion, with the memo's name and place.
///
/// # Examples
///
/// ```
/// use memo_core::{Anchored, assert_computed, assert_remembered, weak_memo};
///
/// #[weak_memo]
/// fn words(text: &Anchored<String>) -> usize {
///     text.split_whitespace().count()
/// }
///
/// let mut text = Anchored::new(String::from("one two"));
/// assert_eq!(assert_computed!(words(&text)), 2);
/// assert_eq!(assert_remembered!(words(&text)), 2);
/// text.push_str(" three");
/// assert_eq!(assert_computed!(words(&text)), 3);
/// ```
///
/// ```should_panic
/// # use memo_core::{assert_computed, weak_memo};
/// # use std::sync::Arc;
/// # #[weak_memo]
/// # fn words(text: &Arc<String>) -> usize {
/// #     text.split_whitespace().count()
/// # }
/// # let text = Arc::new(String::from("one two"));
/// words(&text);
/// assert_computed!(words(&text)); // `words(&text)` was to be computed, but `app::words` at src/main.rs:4 remembered its result
/// ```
///
/// A future with an assertion around an `.await` stays on its thread:
///
/// ```compile_fail,E0277
/// # use memo_core::{assert_computed, weak_memo};
/// # use std::sync::Arc;
/// # #[weak_memo]
/// # async fn length(text: &Arc<String>) -> usize {
/// #     text.len()
/// # }
/// # fn spawn(_: impl Future<Output = usize> + Send) {}
/// # let text = Arc::new(String::from("a"));
/// spawn(async { assert_computed!(length(&text).await) }); // `*const ()` cannot be sent between threads safely
/// ```
#[macro_export]
macro_rules! assert_computed {
    ($call:expr $(,)?) => {
        match $crate::testing::__Expect::computed(::core::stringify!($call)) {
            expected => match $call {
                value => {
                    expected.met();
                    value
                }
            },
        }
    };
}

/// Asserts that the calls of memos in an expression find their results remembered, and returns its value.
///
/// As [`assert_computed!`](crate::assert_computed): each call must be a hit. One that waited for another thread's compute is none.
///
/// # Panics
///
/// If that is not so, at the line of the assertion, with the memo's name and place.
///
/// # Examples
///
/// ```
/// use memo_core::{assert_remembered, weak_memo};
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn first_word(text: &Arc<String>) -> &str {
///     text.split_whitespace().next().unwrap_or_default().to_owned()
/// }
///
/// let text = Arc::new(String::from("one two"));
/// first_word(&text);
/// assert_eq!(assert_remembered!(first_word(&text)), "one");
/// ```
#[macro_export]
macro_rules! assert_remembered {
    ($call:expr $(,)?) => {
        match $crate::testing::__Expect::remembered(::core::stringify!($call)) {
            expected => match $call {
                value => {
                    expected.met();
                    value
                }
            },
        }
    };
}

/// What is expected of the calls until it is [met](Expect::met).
pub struct Expect {
    call: &'static str,
    to_be: ToBe,
    watch: Arc<Watch>,
    _watching: Watching,
    /// It is the thread that is watched: a future that awaits meanwhile stays on it.
    _here: PhantomData<*const ()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ToBe {
    Computed,
    Remembered,
}

impl std::fmt::Debug for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expect").field("call", &self.call).finish_non_exhaustive()
    }
}

impl Expect {
    fn begin(call: &'static str, to_be: ToBe) -> Self {
        let watch = Arc::new(Watch::calls(innermost, watch::current()));
        let _watching = Watching::begin(Some(Arc::clone(&watch)));
        Self { call, to_be, watch, _watching, _here: PhantomData }
    }

    /// The calls from now on are to compute.
    #[must_use]
    pub fn computed(call: &'static str) -> Self {
        Self::begin(call, ToBe::Computed)
    }

    /// The calls from now on are to be hits.
    #[must_use]
    pub fn remembered(call: &'static str) -> Self {
        Self::begin(call, ToBe::Remembered)
    }

    /// The calls have been made.
    #[track_caller]
    pub fn met(self) {
        let Self { call, to_be, watch, _watching, .. } = self;
        drop(_watching);
        let calls = watch.outermost();
        let to_be_what = if to_be == ToBe::Computed { "computed" } else { "remembered" };
        assert!(!calls.is_empty(), "memo_core: `{call}` was to be {to_be_what}, but it calls no memo on this thread");
        let Some(other) = calls.iter().find(|call| !to_be.is(call)) else { return };
        let (name, place) = (names::own_name(other.core), other.core.place());
        let what = what_it_did(other);
        panic!("memo_core: `{call}` was to be {to_be_what}, but `{name}` at {place} {what}");
    }
}

impl ToBe {
    fn is(self, call: &Call) -> bool {
        match self {
            Self::Computed => call.computed,
            Self::Remembered => call.hit,
        }
    }
}

fn what_it_did(call: &Call) -> &'static str {
    match call {
        Call { hit: true, .. } => "remembered its result",
        Call { rejected: true, .. } => "computed its result, and did not store it",
        Call { computed: true, .. } => "computed its result",
        _ => "got the result that another call computed meanwhile",
    }
}

fn innermost() -> usize {
    frames::innermost().addr()
}
