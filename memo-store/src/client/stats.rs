//! What a store has done.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use memo_core::Reporter;

use super::inner::Inner;
use crate::engine::{Fault, FaultKind};

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// What a store has done since it was opened: see [`Store::stats`](crate::Store::stats).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct StoreStats {
            $($(#[doc = $doc])+ pub $name: u64,)*
            /// Keys that are held for living objects, or are looked for.
            pub held: u64,
            /// Keys that wait for their release.
            pub to_release: u64,
            /// Results that wait to be written.
            pub to_put: u64,
            /// The engine does not answer, and is left alone for a while.
            pub left_alone: bool,
        }

        #[derive(Default)]
        pub(super) struct Counters {
            $(pub(super) $name: AtomicU64,)*
            last_fault: Mutex<Option<String>>,
        }

        impl Counters {
            pub(super) fn stats(&self) -> StoreStats {
                StoreStats { $($name: self.$name.load(Ordering::Relaxed),)* ..StoreStats::default() }
            }
        }
    };
}

counters! {
    /// Results that were found.
    hits,
    /// Calls that found none: nobody had computed it, or the engine did not answer.
    misses,
    /// Calls that waited for the compute of another process.
    waits,
    /// Those of them that waited in vain, and computed for themselves.
    waits_in_vain,
    /// Results that were written.
    puts,
    /// Their bytes.
    put_bytes,
    /// Results that were not written: they were too long, or too many waited, or the engine did not take them.
    unwritten,
    /// Entries that were not what their key says, or were not sealed by who knows the secret.
    unreadable,
    /// Calls that were not made since the engine had not answered before.
    spared,
    /// Calls that the engine did not answer: it could not be reached.
    faults_down,
    /// It took too long.
    faults_slow,
    /// It was full.
    faults_full,
    /// It was damaged, or it panicked.
    faults_damaged,
    /// Holds that were released.
    released,
    /// Renewals of the lease.
    renewals,
    /// Renewals that came too late: what was held was taken hold of again.
    lapses,
    /// Entries that this process deleted, as nobody had held them for the grace time.
    collected,
    /// Their bytes.
    collected_bytes,
}

pub(super) fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn fault(&self, fault: &Fault) {
        let counter = match fault.kind() {
            FaultKind::Down => &self.faults_down,
            FaultKind::Slow => &self.faults_slow,
            FaultKind::Full => &self.faults_full,
            FaultKind::Damaged => &self.faults_damaged,
        };
        add(counter, 1);
        let said = fault.source().map_or_else(|| fault.to_string(), |source| format!("{fault}: {source}"));
        *self.last_fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    }

    pub(super) fn last_fault(&self) -> Option<String> {
        self.last_fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl StoreStats {
    /// How many calls the engine did not answer.
    #[must_use]
    pub const fn faults(&self) -> u64 {
        self.faults_down + self.faults_slow + self.faults_full + self.faults_damaged
    }
}

/// One line, and one of the last fault.
impl Reporter for Inner {
    fn lines(&self) -> Vec<String> {
        let name = &self.config.name;
        let fault = self.counters.last_fault().map(|fault| format!("! {name}: the last fault: {fault}"));
        std::iter::once(format!("{name}: {}", self.stats())).chain(fault).collect()
    }
}

/// One line.
impl fmt::Display for StoreStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, misses, puts, held, .. } = self;
        write!(f, "{hits} found, {misses} not, {puts} written, {held} held")?;
        let troubles = [
            (self.faults(), "faults"),
            (self.unreadable, "unreadable"),
            (self.unwritten, "not written"),
            (self.waits_in_vain, "waits in vain"),
            (self.lapses, "lapses"),
        ];
        troubles.iter().filter(|(n, _)| *n > 0).try_for_each(|(n, what)| write!(f, ", {n} {what}"))?;
        if self.left_alone { f.write_str(", left alone since it does not answer") } else { Ok(()) }
    }
}
