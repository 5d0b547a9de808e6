//! The rows that a get looks at, and nothing is written.

use std::cell::Cell;

use ::redb::{Database, ReadTransaction, ReadableDatabase};

use super::tables::{ENTRIES, LEASES, to_lease};
use super::trouble::Trouble;
use super::waiting::Waiting;
use crate::engine::Holder;
use crate::engine::rules::{Claim, Idle, Lease, Rows};
use crate::key::Key;

/// What the file says of one key.
pub(super) struct Read {
    of: ReadTransaction,
    /// Read before what waits is locked: a long one is copied meanwhile.
    entry: Cell<Option<Vec<u8>>>,
}

impl Read {
    pub(super) fn new(file: &Database, key: Key) -> Result<Self, Trouble> {
        let of = file.begin_read()?;
        let entry = of.open_table(ENTRIES)?.get(key.as_bytes())?.map(|entry| entry.value().to_vec());
        Ok(Self { of, entry: Cell::new(entry) })
    }
}

/// The same, and what waits: only what [`rules::get`](crate::engine::rules::get) asks for.
pub(super) struct Glance<'r> {
    pub(super) file: &'r Read,
    pub(super) waiting: &'r mut Waiting,
}

/// No rule of a get does this. If one came to, all gets of all tests would fail.
fn never<T>() -> Result<T, Trouble> {
    Err(Trouble::Foreign("a get asked for more than one entry".to_owned()))
}

impl Rows for Glance<'_> {
    type Error = Trouble;

    fn entry(&self, _: Key) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.file.entry.take())
    }

    /// The higher one is kept when it is written, so the one in the file need not be read.
    fn held(&self, key: Key, by: Holder) -> Result<Option<u64>, Trouble> {
        Ok(self.waiting.holds.get(&(key, by)).copied())
    }

    fn set_held(&mut self, key: Key, by: Holder, number: Option<u64>) -> Result<(), Trouble> {
        let Some(number) = number else { return never() };
        self.waiting.holds.insert((key, by), number);
        Ok(())
    }

    /// What is held is not idle: it is written with the hold.
    fn set_idle(&mut self, _: Key, idle: Option<Idle>) -> Result<(), Trouble> {
        idle.map_or(Ok(()), |_| never())
    }

    fn lease(&self, of: Holder) -> Result<Option<Lease>, Trouble> {
        if let Some(lease) = self.waiting.leases.get(&of) {
            return Ok(Some(*lease));
        }
        if let Some((_, lease)) = self.waiting.seen.get().filter(|(holder, _)| *holder == of) {
            return Ok(Some(lease));
        }
        let lease = self.file.of.open_table(LEASES)?.get(of.0)?.map(|lease| to_lease(lease.value()));
        self.waiting.seen.set(lease.map(|lease| (of, lease)));
        Ok(lease)
    }

    fn set_lease(&mut self, of: Holder, lease: Option<Lease>) -> Result<(), Trouble> {
        let Some(lease) = lease else { return never() };
        self.waiting.leases.insert(of, lease);
        Ok(())
    }

    fn claim(&self, key: Key) -> Result<Option<Claim>, Trouble> {
        Ok(self.waiting.claims.get(&key).copied())
    }

    fn set_claim(&mut self, key: Key, claim: Option<Claim>) -> Result<(), Trouble> {
        self.waiting.set_claim(key, claim);
        Ok(())
    }

    fn has_entry(&self, _: Key) -> Result<bool, Trouble> {
        never()
    }

    fn put_entry(&mut self, _: Key, _: &[u8]) -> Result<(), Trouble> {
        never()
    }

    fn delete_entry(&mut self, _: Key) -> Result<u64, Trouble> {
        never()
    }

    fn idle_longest(&self, _: usize) -> Result<Vec<(Key, Idle)>, Trouble> {
        never()
    }

    fn idle_shortest(&self) -> Result<Option<(Key, Idle)>, Trouble> {
        never()
    }

    fn holders(&self, _: Key, _: usize) -> Result<Vec<Holder>, Trouble> {
        never()
    }

    fn keys(&self, _: Holder, _: usize) -> Result<Vec<Key>, Trouble> {
        never()
    }

    fn leases(&self) -> Result<Vec<(Holder, Lease)>, Trouble> {
        never()
    }

    fn claims(&self, _: usize) -> Result<Vec<(Key, Claim)>, Trouble> {
        never()
    }
}
