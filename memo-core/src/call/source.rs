//! How the result of a call came to be.

use std::fmt;

/// How the result of a call came to be: see [`Memo::call`](crate::Memo::call).
///
/// ```
/// use memo_core::{Hit, weak_memo};
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn number(text: &Arc<String>) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// let (seven, word) = (Arc::new(String::from("7")), Arc::new(String::from("seven")));
/// assert_eq!(number_memo().call(&seven), (Ok(7), Hit::Computed));
/// assert_eq!(number_memo().call(&seven), (Ok(7), Hit::Remembered));
/// assert_eq!(number_memo().call(&word).1, Hit::NotStored); // an `Err` is not remembered
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hit {
    /// It was there: a hit.
    Remembered,
    /// Another call was computing it, and this one waited for that, or came when it had just been stored. The body did not run in this call.
    Waited,
    /// This call ran the body, and stored what it returned.
    Computed,
    /// This call ran the body, but another call that did so too was faster: its result is returned, and this one's is dropped.
    Overtaken,
    /// This call ran the body, and what it returned is not stored: it is an `Err`, `cache_if` said no, or the result was cleared
    /// while it was computed. Or the call has closed a ring, and this is the value of `cycle = ..`, in the place of what the body would return.
    NotStored,
}

impl Hit {
    /// Returns whether this call ran the body, or took the value of `cycle = ..` for it.
    #[must_use]
    pub const fn ran_body(self) -> bool {
        !self.is_reused()
    }

    /// Returns whether this call got its result without running the body.
    #[must_use]
    pub const fn is_reused(self) -> bool {
        matches!(self, Self::Remembered | Self::Waited)
    }

    /// Of a result that was ready: whether the call `found` it at once.
    pub(crate) const fn ready(found: bool) -> Self {
        if found { Self::Remembered } else { Self::Waited }
    }
}

/// As words: "remembered", "waited for", "computed", "overtaken", "not stored".
impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Remembered => "remembered",
            Self::Waited => "waited for",
            Self::Computed => "computed",
            Self::Overtaken => "overtaken",
            Self::NotStored => "not stored",
        })
    }
}

/// What a call tells of how its result came to be: a function nothing, a handle that is asked to.
pub trait Tells {
    /// What it tells.
    fn told(hit: Hit) -> Self;
}

impl Tells for () {
    #[inline(always)]
    fn told(_: Hit) {}
}

impl Tells for Option<Hit> {
    #[inline]
    fn told(hit: Hit) -> Self {
        Some(hit)
    }
}
