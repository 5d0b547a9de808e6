//! One miss, and its reason.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::spot::Went;
use crate::sys::sync::plain::{AtomicU64, Ordering};

/// A call that did not find its result, and why: see [`Memo::misses`](crate::Memo::misses).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Miss {
    /// Why there was no result.
    pub reason: MissReason,
    /// Where the function was called, if it is marked `#[track_caller]`: others do not know their caller.
    pub at: Option<&'static Location<'static>>,
    /// The memo whose body made the call, if it was one.
    pub inside: Option<String>,
    /// How long ago. `None` on `wasm32-unknown-unknown`, which has no clock.
    pub ago: Option<Duration>,
}

/// Why a call did not find its result.
///
/// Keys are told apart by their hashes. What is known of one that went is taken for another with the same hash: a weak argument's is its address, so that
/// one may be taken for an argument that lay there before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum MissReason {
    /// It is the first call with this object, or the first since that was changed by `&mut`: a change leaves nothing behind.
    NewObject,
    /// It is the first call with this object and this extra key, as far as is known: what went longer ago than some hundred other results did
    /// is not.
    NewKey {
        /// The parameters in which the nearest of the object's last 64 results differs; empty if it has none, and for keys that are compared by
        /// an `Eq` of yours, which is not asked for this.
        differs: Vec<&'static str>,
    },
    /// Another call was computing it.
    InFlight,
    /// It had served its time, and this call computes it anew while others still get it (`stale`).
    Stale,
    /// It was evicted for the capacity.
    Evicted,
    /// It had expired.
    Expired,
    /// It was removed by `clear`, `forget` or a similar call.
    Cleared,
    /// It was kept weakly (`weak_value`), and nobody else held it any longer.
    Dropped,
    /// The last compute's result was not to be kept: an `Err`, refused by `cache_if`, or inside a ring whose memo has `cycle = ..`.
    Rejected,
    /// The last compute did not come to its end: it panicked, or its future was dropped.
    Unfinished,
    /// The last compute was overtaken by `clear` or `forget`.
    Overtaken,
    /// It went before misses were explained, or long ago.
    Unknown,
}

impl MissReason {
    pub(super) fn of(went: Went) -> Self {
        match went {
            Went::Dropped => Self::Dropped,
            Went::Evicted => Self::Evicted,
            Went::Expired => Self::Expired,
            Went::Cleared => Self::Cleared,
            Went::Rejected => Self::Rejected,
            Went::Unfinished => Self::Unfinished,
            Went::Overtaken => Self::Overtaken,
        }
    }

    /// Returns the reason as one word, for labels of metrics: `new_object`, `evicted` and so on.
    ///
    /// ```
    /// assert_eq!(memo_core::MissReason::NewObject.as_str(), "new_object");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        ALL[self.number()]
    }

    fn number(&self) -> usize {
        match self {
            Self::NewObject => 0,
            Self::NewKey { .. } => 1,
            Self::InFlight => 2,
            Self::Stale => 3,
            Self::Evicted => 4,
            Self::Expired => 5,
            Self::Cleared => 6,
            Self::Dropped => 7,
            Self::Rejected => 8,
            Self::Unfinished => 9,
            Self::Overtaken => 10,
            Self::Unknown => 11,
        }
    }
}

/// All reasons, by their numbers.
const ALL: [&str; 12] = [
    "new_object",
    "new_key",
    "in_flight",
    "stale",
    "evicted",
    "expired",
    "cleared",
    "dropped",
    "rejected",
    "unfinished",
    "overtaken",
    "unknown",
];

/// How many misses had which reason.
pub(crate) struct Reasons([AtomicU64; ALL.len()]);

impl Reasons {
    pub(super) const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; ALL.len()])
    }

    pub(super) fn count(&self, reason: &MissReason) {
        self.0[reason.number()].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let now = self.0.each_ref().map(|n| n.load(Ordering::Relaxed));
        ALL.into_iter().zip(now)
    }
}

/// A part of a sentence that begins with the call.
impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewObject => "it was the first with this object",
            Self::NewKey { differs } if differs.is_empty() => "it was the first with this extra key",
            Self::NewKey { differs } => {
                write!(f, "it was the first with this extra key; the nearest differs in `{}`", differs.join("`, `"))?;
                return Ok(());
            }
            Self::InFlight => "another call was computing it",
            Self::Stale => "its result had served its time",
            Self::Evicted => "its result had been evicted",
            Self::Expired => "its result had expired",
            Self::Cleared => "its result had been cleared",
            Self::Dropped => "nobody held its result any longer",
            Self::Rejected => "the last result was not to be kept",
            Self::Unfinished => "the last compute did not come to its end",
            Self::Overtaken => "the last compute was overtaken by a request to forget",
            Self::Unknown => "its result went before misses were explained, or long ago",
        })
    }
}

/// One sentence: "2.0s ago, from src/main.rs:9 inside `total`: it was the first with this object".
impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ago {
            Some(Duration::ZERO) => write!(f, "just now")?,
            Some(ago) => write!(f, "{ago:.1?} ago")?,
            None => write!(f, "a call")?,
        }
        if let Some(at) = self.at {
            write!(f, ", from {}:{}", at.file(), at.line())?;
        }
        if let Some(inside) = &self.inside {
            write!(f, ", inside `{inside}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}
