//! When a result is over: the deadlines of an entry of a memo with `ttl` or `idle`, and nothing in those of all others.
//!
//! Deadlines lie in the entry, and are read by whoever finds it. Nothing runs when one passes: the next call that finds the entry takes
//! it out, or an eviction, or a sweep.
//!
//! # Invariants
//!
//! 1. A result that is over stays so: the deadline of `ttl` does not move, and that of `idle` is moved by a hit only that came before it.
//! 2. `ttl` counts from the moment at which the result is stored; `stale` begins where `ttl` ends. Sums saturate: what is too far away
//!    never comes.
//! 3. Of all who find a stale result one computes it again. Until a new one is there the others go on with the old one, as long as it is
//!    stale: calls, looks and sweeps alike. If the compute fails nobody tries again; if its future is dropped another does.

use std::time::Duration;

use crate::memo::clock::{self, NEVER};
use crate::memo::site::Times;
use crate::sys::sync::plain::{AtomicBool, AtomicU64, Ordering};

/// What an entry knows of time.
pub trait Timing: Send + Sync + 'static {
    /// A point in time.
    #[doc(hidden)]
    type Now: Copy;
    /// The deadlines of one result.
    #[doc(hidden)]
    type Until;
    /// Whether results expire.
    #[doc(hidden)]
    const EXPIRES: bool;
    /// Of an entry without a result.
    #[doc(hidden)]
    fn new() -> Self;
    /// The time. The clock may be the user's.
    #[doc(hidden)]
    fn now() -> Self::Now;
    /// The deadlines of a result that is about to be stored. The spans may be the user's. `seed`: of the jitter, another one for each result.
    #[doc(hidden)]
    fn until(times: &Times, now: Self::Now, seed: usize) -> Self::Until;
    /// Puts deadlines down, before anybody finds the result.
    #[doc(hidden)]
    fn begin(&self, until: &Self::Until);
    /// Whether nobody gets it any more.
    #[doc(hidden)]
    fn is_over(&self, now: Self::Now) -> bool;
    /// Whether a call has to look closer: it is over, or stale and the caller may be the one to compute it again.
    #[doc(hidden)]
    fn is_no_hit(&self, now: Self::Now) -> bool;
    /// Whether it is stale, and the caller the one to compute it again while others have the old one.
    #[doc(hidden)]
    fn is_to_be_renewed(&self, now: Self::Now) -> bool;
    /// Who was to compute it again does not: another may.
    #[doc(hidden)]
    fn give_back_renewal(&self);
    /// A hit.
    #[doc(hidden)]
    fn touch(&self, now: Self::Now);
}

/// Of memos without `ttl` and `idle`: results are never over.
#[derive(Debug)]
pub struct Untimed;

impl Timing for Untimed {
    type Now = ();
    type Until = ();
    const EXPIRES: bool = false;
    #[inline(always)]
    fn new() -> Self {
        Self
    }
    #[inline(always)]
    fn now() {}
    #[inline(always)]
    fn until(_: &Times, (): (), _: usize) {}
    #[inline(always)]
    fn begin(&self, (): &()) {}
    #[inline(always)]
    fn is_over(&self, (): ()) -> bool {
        false
    }
    #[inline(always)]
    fn is_no_hit(&self, (): ()) -> bool {
        false
    }
    #[inline(always)]
    fn give_back_renewal(&self) {}
    #[inline(always)]
    fn is_to_be_renewed(&self, (): ()) -> bool {
        false
    }
    #[inline(always)]
    fn touch(&self, (): ()) {}
}

/// Of memos with `ttl` or `idle`.
#[derive(Debug)]
pub struct Deadlines {
    /// Where `ttl` ends.
    fresh: AtomicU64,
    /// Where `stale` ends.
    stale: AtomicU64,
    /// Whether somebody has begun to compute the stale result again.
    renewed: AtomicBool,
    /// The span of `idle`.
    idle: AtomicU64,
    /// Where `idle` ends, unless there is a hit before.
    left: AtomicU64,
}

/// The deadlines of one result, and the span of `idle`.
#[derive(Debug)]
pub struct Until {
    fresh: u64,
    stale: u64,
    idle: u64,
    left: u64,
}

impl Timing for Deadlines {
    type Now = u64;
    type Until = Until;
    const EXPIRES: bool = true;

    fn new() -> Self {
        let never = || AtomicU64::new(NEVER);
        Self { fresh: never(), stale: never(), renewed: AtomicBool::new(false), idle: never(), left: never() }
    }

    fn now() -> u64 {
        clock::now()
    }

    fn until(times: &Times, now: u64, seed: usize) -> Until {
        let span = |option: Option<fn() -> Duration>| option.map_or(NEVER, |span| clock::nanos(span()));
        let ttl = match span(times.ttl) {
            NEVER => NEVER,
            ttl => ttl - jitter(ttl, times.jitter, seed as u64 ^ now),
        };
        let fresh = now.saturating_add(ttl);
        let stale = times.stale.map_or(0, |stale| clock::nanos(stale()));
        let idle = span(times.idle);
        Until { fresh, stale: fresh.saturating_add(stale), idle, left: now.saturating_add(idle) }
    }

    fn begin(&self, until: &Until) {
        // Whoever finds the result synchronises with what is done before it is stored.
        self.fresh.store(until.fresh, Ordering::Relaxed);
        self.stale.store(until.stale, Ordering::Relaxed);
        self.idle.store(until.idle, Ordering::Relaxed);
        self.left.store(until.left, Ordering::Relaxed);
    }

    fn is_over(&self, now: u64) -> bool {
        now >= self.left.load(Ordering::Relaxed) || now >= self.stale.load(Ordering::Relaxed)
    }

    fn is_no_hit(&self, now: u64) -> bool {
        if now >= self.left.load(Ordering::Relaxed) {
            return true;
        }
        now >= self.fresh.load(Ordering::Relaxed)
            && (now >= self.stale.load(Ordering::Relaxed) || !self.renewed.load(Ordering::Relaxed))
    }

    fn is_to_be_renewed(&self, now: u64) -> bool {
        let stale = (self.fresh.load(Ordering::Relaxed)..self.stale.load(Ordering::Relaxed)).contains(&now);
        stale && now < self.left.load(Ordering::Relaxed) && !self.renewed.swap(true, Ordering::Relaxed)
    }

    fn give_back_renewal(&self) {
        self.renewed.store(false, Ordering::Relaxed);
    }

    fn touch(&self, now: u64) {
        let idle = self.idle.load(Ordering::Relaxed);
        if idle == NEVER {
            return;
        }
        let left = now.saturating_add(idle);
        // A coarse clock stands still for many hits: a store at each would take the cache line from the other threads.
        if self.left.load(Ordering::Relaxed) < left {
            self.left.store(left, Ordering::Relaxed);
        }
    }
}

/// Some part of a share of a span, by chance: so what was stored together does not expire together.
fn jitter(span: u64, share: f64, seed: u64) -> u64 {
    if share <= 0.0 {
        return 0;
    }
    // A step of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014).
    let mut word = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let chance = ((word ^ (word >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    (span as f64 * share * chance) as u64
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    fn of(ttl: Option<fn() -> Duration>, idle: Option<fn() -> Duration>, stale: Option<fn() -> Duration>) -> Deadlines {
        let deadlines = Deadlines::new();
        deadlines.begin(&Deadlines::until(&Times { ttl, idle, stale, jitter: 0.0 }, 100 * S, 0));
        deadlines
    }

    #[test]
    fn a_result_is_over_from_the_very_moment_of_its_deadline() {
        let ten: fn() -> Duration = || Duration::from_secs(10);
        for deadlines in [of(Some(ten), None, None), of(None, Some(ten), None)] {
            assert!(!deadlines.is_over(110 * S - 1));
            assert!(deadlines.is_over(110 * S));
        }
        assert!(!of(None, None, None).is_over(NEVER - 1));
    }

    #[test]
    fn a_span_that_is_too_long_ends_never() {
        let max: fn() -> Duration = || Duration::MAX;
        let deadlines = of(Some(max), Some(max), Some(max));
        deadlines.touch(NEVER - 1);
        assert!(!deadlines.is_over(NEVER - 1));
        assert!(!deadlines.is_to_be_renewed(NEVER - 1));
        // Nor does one whose end is.
        let long: fn() -> Duration = || Duration::from_nanos(u64::MAX - 1);
        let deadlines = of(Some(long), Some(long), Some(long));
        assert!(!deadlines.is_over(NEVER - 1));
    }

    #[test]
    fn a_hit_puts_idle_off_and_ttl_not() {
        let deadlines = of(Some(|| Duration::from_secs(15)), Some(|| Duration::from_secs(10)), None);
        deadlines.touch(109 * S);
        assert!(!deadlines.is_over(114 * S));
        assert!(deadlines.is_over(115 * S));
        // One that read the clock earlier, and comes later, does not shorten it.
        let idle = of(None, Some(|| Duration::from_secs(10)), None);
        idle.touch(109 * S);
        idle.touch(105 * S);
        assert!(!idle.is_over(118 * S));
    }

    #[test]
    fn of_those_who_find_a_stale_result_one_renews_it() {
        let deadlines = of(Some(|| Duration::from_secs(10)), None, Some(|| Duration::from_secs(5)));
        assert!(!deadlines.is_to_be_renewed(109 * S) && !deadlines.is_no_hit(109 * S));
        assert!(deadlines.is_no_hit(110 * S), "a call looks closer");
        assert!(deadlines.is_to_be_renewed(110 * S));
        assert!(!deadlines.is_to_be_renewed(111 * S));
        assert!(!deadlines.is_no_hit(111 * S), "the others have the old one meanwhile");
        assert!(!deadlines.is_over(115 * S - 1), "and no sweep takes it out");
        deadlines.give_back_renewal();
        assert!(deadlines.is_to_be_renewed(112 * S), "who was to do it did not");
        assert!(deadlines.is_over(115 * S) && deadlines.is_no_hit(115 * S));
        assert!(!deadlines.is_to_be_renewed(115 * S));
    }

    #[test]
    fn jitter_takes_up_to_its_share_away() {
        let some: Vec<_> = (0..1000).map(|seed| jitter(1000 * S, 0.2, seed)).collect();
        assert!(some.iter().all(|&taken| taken <= 200 * S));
        assert!(some.iter().any(|&taken| taken < 20 * S) && some.iter().any(|&taken| taken > 180 * S));
        assert_eq!(jitter(1000 * S, 0.0, 7), 0);
    }
}
