//! A sample of the hits is computed again, and compared: where the two differ, a result depends on something that is not part of its key.
//!
//! A hit that is drawn is not handed out, but becomes the duty to [verify](Again) it, in the place of the duty to compute a missing result.
//! So the body gets its arguments as on a miss, also those that it takes by value.
//!
//! # Invariants
//!
//! 1. In a build that cannot verify there is no [`Enabled`], so a ticket has no room for the duty, and no code for it is left.
//! 2. The hit was counted when it was found. The body then runs as one that a handle asks for: it claims and stores nothing, is in no ring, and is
//!    counted nowhere. No [watch](crate::memo::counting::watch) sees what it calls, and the hits below it are not drawn.
//! 3. It runs below a call of its own thread: no amortised sweep starts inside it.
//! 4. Where it is a future, that holds for each of its polls, and for its drop. So the hits of other futures that a thread polls between are drawn.

use std::cell::Cell;

use crate::argument::key::{StoredKey, show_whole};
use crate::memo::core::Core;
use crate::memo::counting::watching::Watching;
use crate::memo::names;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::OnItsWay;
use crate::sys::per_thread::per_thread;
use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicU64, Ordering};
use crate::sys::thread;

/// There is one where this build can verify.
#[cfg(any(debug_assertions, feature = "verify"))]
pub(crate) type Enabled = ();

/// There is none where it cannot.
#[cfg(not(any(debug_assertions, feature = "verify")))]
pub(crate) type Enabled = std::convert::Infallible;

/// The one that there is.
#[cfg(any(debug_assertions, feature = "verify"))]
pub(super) const ENABLED: Option<Enabled> = Some(());

#[cfg(not(any(debug_assertions, feature = "verify")))]
pub(super) const ENABLED: Option<Enabled> = None;

/// Whether this build can verify.
pub(crate) const ON: bool = ENABLED.is_some();

/// Of so many hits, as many are drawn as [`DRAWN`] says.
const ALL: u64 = 1 << 32;

/// How many of [`ALL`] hits are drawn; before it is known, [`UNKNOWN`].
static DRAWN: AtomicU64 = AtomicU64::new(UNKNOWN);

const UNKNOWN: u64 = u64::MAX;

/// The variable that says the fraction, if the program does not.
const VARIABLE: &str = "MEMO_VERIFY";

per_thread! {
    struct Verifies {
        /// This thread is verifying a hit.
        now: Cell<bool> = Cell::new(false),
        /// The last random number; 0 before the first.
        random: Cell<u64> = Cell::new(0),
    }
}

/// Verifies that functions return what they remember: so large a fraction of all hits is computed again, and compared.
///
/// It finds bodies that depend on something else than their key: on the time, on a global, on an object that has changed behind a `&`, on an
/// argument that is marked `#[memo(skip)]`. In a program that is right, it changes nothing but the time: what was remembered is returned, and the statistics
/// count a hit. But the effects of a body occur again, on its `&mut` arguments too.
///
/// The environment variable `MEMO_VERIFY` does the same for a program that does not call this: `MEMO_VERIFY=0.01 cargo test`. A call takes
/// precedence, at any time, for all threads. 1.0 verifies each hit, 0.0 none. A hit of an `async fn` that is drawn is ready when its body is; if
/// its future is dropped before, nothing is compared.
///
/// Returns whether this build can verify: if not, nothing happens. An unoptimised build can (one in which memo-core has debug assertions), and one
/// with the feature `verify`.
///
/// A hit is verified where the compiler knows that the result is `PartialEq` (for a `Result` without `cache_err`: its `Ok` type), and its equality
/// says that the result equals itself, unlike one that contains a `NaN`. Not verified are memos with `ttl` (what their bodies read is to change) or
/// `cycle`, what a handle returns, and hits inside a body that runs again or while the thread unwinds.
///
/// # Panics
///
/// If `fraction` is not in 0.0 to 1.0. And a call of a memo panics
///
/// * if its result differs from the remembered one, with the memo's name and place, and the extra key with its `Debug`, where there is one;
/// * if its body does, although it has returned before;
/// * if `MEMO_VERIFY` is no such number.
///
/// # Cost
///
/// In builds that cannot, none. In others one load for each hit; where any are verified, the time of the bodies that run again, and the others may take
/// a lock.
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use std::panic::catch_unwind;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// static CALLS: AtomicU32 = AtomicU32::new(0);
///
/// #[weak_memo]
/// fn impure(text: &Arc<String>) -> u32 {
///     text.len() as u32 + CALLS.fetch_add(1, Ordering::Relaxed)
/// }
///
/// let text = Arc::new(String::from("text"));
/// assert_eq!((impure(&text), impure(&text)), (4, 4));
/// if memo_core::verify(1.0) {
///     // "memo_core: `app::impure` at src/main.rs:8 remembers a result that its body does not return any more: ..
///     assert!(catch_unwind(|| impure(&text)).is_err());
/// }
/// ```
#[allow(clippy::must_use_candidate, reason = "most have no use for that")]
pub fn verify(fraction: f64) -> bool {
    let Some(drawn) = drawn(fraction) else {
        panic!("memo_core: `verify` takes a fraction of all hits, from 0.0 to 1.0, and not {fraction}")
    };
    DRAWN.store(drawn, Ordering::Relaxed);
    ON
}

fn drawn(fraction: f64) -> Option<u64> {
    // Rounded up: of what is not nothing, something is verified.
    (0.0..=1.0).contains(&fraction).then(|| (fraction * ALL as f64).ceil() as u64)
}

/// Whether any hit is verified.
#[inline(always)]
pub(super) fn is_on() -> bool {
    ON && DRAWN.load(Ordering::Relaxed) != 0
}

/// Whether a hit of this memo may be, where its results can be compared.
#[inline(always)]
pub(super) fn may_draw(core: &'static Core) -> bool {
    is_on() && is_constant(core)
}

/// Whether this hit is to be verified.
#[inline(always)]
pub(super) fn draws(core: &'static Core) -> bool {
    is_on() && is_drawn(core)
}

#[cold]
#[inline(never)]
fn is_drawn(core: &'static Core) -> bool {
    if !is_constant(core) {
        return false;
    }
    let here = Verifies::here();
    let drawn = match DRAWN.load(Ordering::Relaxed) {
        UNKNOWN => ask_environment(),
        drawn => drawn,
    };
    !here.now.get() && (drawn == ALL || random(&here) >> 32 < drawn) && !panicking()
}

/// Whether a body is to return what is remembered, whenever and wherever it runs. With `ttl`, it reads something that changes. With `cycle`, what it
/// returns differs inside its own ring.
fn is_constant(core: &Core) -> bool {
    core.site().times.ttl.is_none() && !core.has_cycle()
}

#[cold]
fn ask_environment() -> u64 {
    let drawn = match std::env::var_os(VARIABLE) {
        None => 0,
        Some(said) => said.to_str().and_then(|said| drawn(said.trim().parse().ok()?)).unwrap_or_else(|| {
            panic!("memo_core: {VARIABLE} is a fraction of all hits, from 0.0 to 1.0, and not {said:?}")
        }),
    };
    // A call of `verify` meanwhile takes precedence.
    match DRAWN.compare_exchange(UNKNOWN, drawn, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => drawn,
        Err(said) => said,
    }
}

/// xorshift64*: different on each thread, the same in each run.
fn random(here: &Verifies) -> u64 {
    let mut next = here.random.get();
    if next == 0 {
        next = u64::from(thread::number()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    next ^= next >> 12;
    next ^= next << 25;
    next ^= next >> 27;
    here.random.set(next);
    next.wrapping_mul(0x2545_F491_4F6C_DD1D)
}

/// The time in which this thread verifies a hit.
pub(crate) struct Verifying {
    before: bool,
    _unwatched: Watching,
    _deeper: DepthGuard,
    home: u32,
}

impl Verifying {
    pub(super) fn begin() -> Self {
        let before = Verifies::here().now.replace(true);
        Self { before, _unwatched: Watching::begin(None), _deeper: DepthGuard::enter(), home: thread::number() }
    }
}

impl Drop for Verifying {
    fn drop(&mut self) {
        // A body that was suspended may end elsewhere: then its first thread verifies nothing any more.
        if thread::number() == self.home {
            Verifies::here().now.set(self.before);
        }
    }
}

/// Whether two values are equal, where that can be told.
pub(crate) type Same<V> = fn(&V, &V) -> bool;

/// A hit that is to be compared with what the body returns.
pub(super) struct Again<V, K> {
    pub(super) core: &'static Core,
    /// The result: a copy, or a reference.
    pub(super) found: OnItsWay<V>,
    pub(super) key: OnItsWay<K>,
    /// From here on; none where the body is a future, and each poll of it has its own.
    pub(super) verifying: Option<Verifying>,
}

/// Compares what was remembered with what the body has returned, which is dropped: nothing, where that cannot be kept.
pub(super) fn compare<S, V, K: StoredKey<S>>(core: &'static Core, key: &K, same: Same<V>, found: &V, fresh: Option<V>) {
    let fresh = fresh.map(OnItsWay::new);
    let is_same = match &fresh {
        // What does not equal itself has no equality to go by.
        Some(fresh) => same(found, fresh) || !same(found, found),
        None => false,
    };
    drop(fresh.map(OnItsWay::arrive));
    if !is_same {
        differs::<S, K>(core, key);
    }
}

/// Says that a memo does not return what it remembers.
#[cold]
fn differs<S, K: StoredKey<S>>(core: &'static Core, key: &K) -> ! {
    let of = if core.site().is_keyed() { format!(" for the key {}", show_whole::<S, K>(key)) } else { String::new() };
    panic!(
        "memo_core: `{}` at {} remembers a result{of} that its body does not return any more: it depends on something that is not part of \
         its key, or an argument has changed",
        names::own_name(core),
        core.place()
    )
}
