//! An engine that loses and damages on purpose, for tests.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Collected, Engine, Fault, FaultKind, Found, Hold, Holder, Renewed};
use crate::key::Key;

/// An engine that loses and damages a share of what another one holds, for tests: of a program with a store nothing may be seen but lost time.
///
/// What befalls an entry is chosen by a hash of its key and a seed, so two runs are alike.
pub struct Faulty<E> {
    engine: E,
    seed: u64,
    share: f64,
    times: u32,
    /// So many calls at the start are not answered.
    down: Mutex<u32>,
    slow: Duration,
    done: Mutex<HashMap<(Key, What), u32>>,
}

/// What befalls an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    /// A read finds nothing, and then nothing is there.
    Lost,
    /// A read gives other bytes.
    Damaged,
    /// A read gives the first of its bytes.
    Truncated,
    /// A read is not answered, though it was done.
    Unanswered,
    /// A write is said to be done.
    Unwritten,
    /// A write is not answered, though it was done.
    WrittenUnanswered,
    /// A read takes long.
    Slow,
    /// A read panics.
    Panics,
}

const READS: [What; 6] = [What::Lost, What::Damaged, What::Truncated, What::Unanswered, What::Slow, What::Panics];
const WRITES: [What; 2] = [What::Unwritten, What::WrittenUnanswered];

impl<E: Engine> Faulty<E> {
    /// Of each kind of trouble, a `share` of all entries meets it, each up to so many `times`.
    pub fn new(engine: E, seed: u64, share: f64, times: u32) -> Self {
        let (down, slow) = (Mutex::new(0), Duration::from_millis(1));
        Self { engine, seed, share, times, down, slow, done: Mutex::default() }
    }

    /// The first calls are not answered either.
    #[must_use]
    pub fn down_for(self, calls: u32) -> Self {
        Self { down: Mutex::new(calls), ..self }
    }

    /// How long a slow read takes.
    #[must_use]
    pub fn slow(self, slow: Duration) -> Self {
        Self { slow, ..self }
    }

    /// How often something befell an entry so far.
    pub fn faults(&self) -> u32 {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).values().map(|times| (*times).min(self.times)).sum()
    }

    fn befalls(&self, key: Key, what: What) -> bool {
        let hash = blake3::Hasher::new()
            .update(&self.seed.to_le_bytes())
            .update(key.as_bytes())
            .update(&[what as u8])
            .finalize();
        let [a, b, c, d, ..] = *hash.as_bytes();
        if f64::from(u32::from_le_bytes([a, b, c, d])) >= self.share * f64::from(u32::MAX) {
            return false;
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let times = done.entry((key, what)).or_default();
        *times += 1;
        *times <= self.times
    }

    fn is_down(&self) -> Result<(), Fault> {
        let mut down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        if *down == 0 {
            return Ok(());
        }
        *down -= 1;
        Err(Fault::new(FaultKind::Down, "it is not up yet"))
    }
}

impl<E: Engine> Engine for Faulty<E> {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        self.is_down()?;
        let found = self.engine.get(key, hold)?;
        let Found::Entry(mut entry) = found else { return Ok(found) };
        match READS.into_iter().find(|what| self.befalls(key, *what)) {
            Some(What::Lost) => {
                self.engine.discard(key, &entry)?;
                return self.engine.get(key, hold);
            }
            Some(What::Damaged) => {
                let at = (self.seed as usize) % entry.len().max(1);
                entry.get_mut(at).into_iter().for_each(|byte| *byte ^= 0x55);
            }
            Some(What::Truncated) => entry.truncate(entry.len() / 2),
            Some(What::Unanswered) => return Err(Fault::new(FaultKind::Slow, "the answer was lost")),
            Some(What::Slow) => std::thread::sleep(self.slow),
            // Without a word of the panic hook: there may be many.
            Some(What::Panics) => std::panic::resume_unwind(Box::new("an engine that panics")),
            _ => {}
        }
        Ok(Found::Entry(entry))
    }

    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        self.is_down()?;
        match WRITES.into_iter().find(|what| self.befalls(key, *what)) {
            Some(What::Unwritten) => Ok(()),
            Some(What::WrittenUnanswered) => {
                self.engine.put(key, entry, hold)?;
                Err(Fault::new(FaultKind::Slow, "the answer was lost"))
            }
            _ => self.engine.put(key, entry, hold),
        }
    }

    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        self.is_down()?;
        self.engine.renew(holder, lease, holds)
    }

    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        self.is_down()?;
        self.engine.release(holder, holds)
    }

    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        self.is_down()?;
        self.engine.discard(key, entry)
    }

    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        self.is_down()?;
        self.engine.collect(at_most, grace)
    }

    fn sync(&self) -> Result<(), Fault> {
        self.is_down()?;
        self.engine.sync()
    }
}

impl<E> fmt::Debug for Faulty<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").field("seed", &self.seed).field("share", &self.share).finish_non_exhaustive()
    }
}
