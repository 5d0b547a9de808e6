//! The engine without a medium: for tests, for simulations, and to read the rules by.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::rules::{self, Claim, Idle, Lease, Rows};
use super::{Collected, Engine, Fault, FaultKind, Found, Hold, Holder, Renewed};
use crate::clock::Clock;
use crate::key::Key;

/// Entries in the memory of this process: for tests, and for several [stores](crate::Store) in one process.
///
/// A clone is the same engine.
#[derive(Clone)]
pub struct Memory {
    table: Arc<Mutex<Table>>,
    clock: Clock,
    most_bytes: u64,
}

/// All of its rows. In order, so that two runs are alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    entries: BTreeMap<Key, Vec<u8>>,
    bytes: u64,
    idle: BTreeMap<Key, Idle>,
    by_time: BTreeSet<(u64, Key)>,
    holds: BTreeMap<(Key, Holder), u64>,
    by_holder: BTreeSet<(Holder, Key)>,
    leases: BTreeMap<Holder, Lease>,
    by_end: BTreeSet<(u64, Holder)>,
    claims: BTreeMap<Key, Claim>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Clock::system())
    }

    /// An empty one whose time is what this clock says.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Self {
        Self { table: Arc::default(), clock, most_bytes: u64::MAX }
    }

    /// The same engine, which is full when its entries have so many bytes.
    #[must_use]
    pub fn at_most(self, bytes: u64) -> Self {
        Self { most_bytes: bytes, ..self }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes they have.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.table().bytes
    }

    /// How many holds there are.
    #[must_use]
    pub fn holds(&self) -> usize {
        self.table().holds.len()
    }

    /// How many entries nobody holds.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.table().idle.len()
    }

    /// How many leases there are, with those that have run out and were not collected.
    #[must_use]
    pub fn leases(&self) -> usize {
        self.table().leases.len()
    }

    /// How many claims there are, with those that have run out and were not collected.
    #[must_use]
    pub fn claims(&self) -> usize {
        self.table().claims.len()
    }

    /// The keys of all entries.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.table().entries.keys().copied().collect()
    }

    /// The keys that this holder holds.
    #[must_use]
    pub fn held_by(&self, holder: Holder) -> Vec<Key> {
        surely(self.table().keys(holder, usize::MAX))
    }

    /// Damages every entry: `damage` gets its bytes. For tests.
    pub fn damage(&self, mut damage: impl FnMut(Key, &mut Vec<u8>)) {
        self.table().entries.iter_mut().for_each(|(key, entry)| damage(*key, entry));
    }

    /// Forgets everything, as a server does that is started again.
    pub fn clear(&self) {
        *self.table() = Table::default();
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn surely<T>(done: Result<T, Infallible>) -> T {
    match done {
        Ok(done) => done,
        Err(never) => match never {},
    }
}

/// The clock is the caller's, and is asked before the table is locked.
impl Engine for Memory {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        let now = self.clock.now();
        Ok(surely(rules::get(&mut *self.table(), key, hold, now)))
    }

    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        let now = self.clock.now();
        let mut table = self.table();
        if !table.entries.contains_key(&key) && table.bytes + entry.len() as u64 > self.most_bytes {
            return Err(Fault::new(FaultKind::Full, format!("{} bytes are taken", table.bytes)));
        }
        surely(rules::put(&mut *table, key, entry, hold, now));
        Ok(())
    }

    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        let now = self.clock.now();
        Ok(surely(rules::renew(&mut *self.table(), holder, lease, holds, now)))
    }

    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        let now = self.clock.now();
        surely(rules::release(&mut *self.table(), holder, holds, now));
        Ok(())
    }

    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        surely(rules::discard(&mut *self.table(), key, entry));
        Ok(())
    }

    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        let now = self.clock.now();
        Ok(surely(rules::collect(&mut *self.table(), at_most, grace, now)))
    }
}

impl Rows for Table {
    type Error = Infallible;

    fn entry(&self, key: Key) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.entries.get(&key).cloned())
    }

    fn has_entry(&self, key: Key) -> Result<bool, Infallible> {
        Ok(self.entries.contains_key(&key))
    }

    fn put_entry(&mut self, key: Key, entry: &[u8]) -> Result<(), Infallible> {
        self.bytes += entry.len() as u64;
        self.entries.insert(key, entry.to_vec());
        Ok(())
    }

    fn delete_entry(&mut self, key: Key) -> Result<u64, Infallible> {
        let bytes = self.entries.remove(&key).map_or(0, |entry| entry.len() as u64);
        self.bytes -= bytes;
        Ok(bytes)
    }

    fn set_idle(&mut self, key: Key, idle: Option<Idle>) -> Result<(), Infallible> {
        let before = match idle {
            Some(idle) => self.idle.insert(key, idle),
            None => self.idle.remove(&key),
        };
        if let Some(before) = before {
            self.by_time.remove(&(before.since, key));
        }
        self.by_time.extend(idle.map(|idle| (idle.since, key)));
        Ok(())
    }

    fn idle_longest(&self, at_most: usize) -> Result<Vec<(Key, Idle)>, Infallible> {
        Ok(self.by_time.iter().take(at_most).map(|(_, key)| (*key, self.idle[key])).collect())
    }

    fn idle_shortest(&self) -> Result<Option<(Key, Idle)>, Infallible> {
        Ok(self.by_time.last().map(|(_, key)| (*key, self.idle[key])))
    }

    fn held(&self, key: Key, by: Holder) -> Result<Option<u64>, Infallible> {
        Ok(self.holds.get(&(key, by)).copied())
    }

    fn set_held(&mut self, key: Key, by: Holder, number: Option<u64>) -> Result<(), Infallible> {
        match number {
            Some(number) => {
                self.holds.insert((key, by), number);
                self.by_holder.insert((by, key));
            }
            None => {
                self.holds.remove(&(key, by));
                self.by_holder.remove(&(by, key));
            }
        }
        Ok(())
    }

    fn holders(&self, of: Key, at_most: usize) -> Result<Vec<Holder>, Infallible> {
        let all = self.holds.range((of, Holder(0))..=(of, Holder(u128::MAX)));
        Ok(all.take(at_most).map(|((_, holder), _)| *holder).collect())
    }

    fn keys(&self, held_by: Holder, at_most: usize) -> Result<Vec<Key>, Infallible> {
        let (first, last) = (Key::from_bytes([0; 16]), Key::from_bytes([u8::MAX; 16]));
        let all = self.by_holder.range((held_by, first)..=(held_by, last));
        Ok(all.take(at_most).map(|(_, key)| *key).collect())
    }

    fn lease(&self, of: Holder) -> Result<Option<Lease>, Infallible> {
        Ok(self.leases.get(&of).copied())
    }

    fn set_lease(&mut self, of: Holder, lease: Option<Lease>) -> Result<(), Infallible> {
        let before = match lease {
            Some(lease) => self.leases.insert(of, lease),
            None => self.leases.remove(&of),
        };
        if let Some(before) = before {
            self.by_end.remove(&(before.until, of));
        }
        self.by_end.extend(lease.map(|lease| (lease.until, of)));
        Ok(())
    }

    fn leases(&self) -> Result<Vec<(Holder, Lease)>, Infallible> {
        Ok(self.leases.iter().map(|(holder, lease)| (*holder, *lease)).collect())
    }

    /// Without a look at all of them: a simulated fleet has ten thousand.
    fn lapsed(&self, now: u64) -> Result<Vec<Holder>, Infallible> {
        let run_out = self.by_end.iter().take_while(|(until, _)| *until <= now);
        let ahead = self.by_end.iter().rev().take_while(|(until, _)| *until > now && rules::is_over(*until, now));
        // In the order in which other engines have them: whose holds end first is seen.
        let mut all: Vec<_> = run_out.chain(ahead).map(|(_, holder)| *holder).collect();
        all.sort_unstable();
        Ok(all)
    }

    fn claim(&self, key: Key) -> Result<Option<Claim>, Infallible> {
        Ok(self.claims.get(&key).copied())
    }

    fn set_claim(&mut self, key: Key, claim: Option<Claim>) -> Result<(), Infallible> {
        match claim {
            Some(claim) => self.claims.insert(key, claim),
            None => self.claims.remove(&key),
        };
        Ok(())
    }

    fn claims(&self, at_most: usize) -> Result<Vec<(Key, Claim)>, Infallible> {
        Ok(self.claims.iter().take(at_most).map(|(key, claim)| (*key, *claim)).collect())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("entries", &self.len()).field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    /// They may be a million.
    #[test]
    fn a_step_sets_back_only_some_of_what_is_idle_after_the_clock_was_set_back() {
        let hands = Arc::new(AtomicU64::new(1000));
        let clock = Arc::clone(&hands);
        let memory = Memory::with_clock(Clock::new(move || Duration::from_secs(clock.load(Relaxed))));
        let (lease, grace) = (Duration::from_secs(1), Duration::from_secs(10));
        for key in 0..10 {
            let hold = Hold { holder: Holder(1), number: 1, lease, claim: Duration::ZERO };
            memory.put(Key::from_bytes([key; 16]), b"", hold).unwrap();
            memory.release(Holder(1), &[(Key::from_bytes([key; 16]), 2)]).unwrap();
        }
        hands.store(500, Relaxed);
        let ahead = || memory.table().by_time.iter().filter(|(since, _)| *since > 500_000).count();
        for left in [7, 4, 1] {
            assert!(memory.collect(3, grace).unwrap().more);
            assert_eq!(ahead(), left);
        }
        assert!(!memory.collect(3, grace).unwrap().more);
        hands.store(510, Relaxed);
        while memory.collect(3, grace).unwrap().more {}
        assert!(memory.is_empty());
    }
}
