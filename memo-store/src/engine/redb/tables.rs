//! The rows of an engine in the tables of redb, within one transaction that writes.

use ::redb::{ReadableTable, ReadableTableMetadata, Table, TableDefinition, WriteTransaction};

use super::trouble::Trouble;
use super::waiting::Waiting;
use crate::engine::Holder;
use crate::engine::rules::{self, Claim, Idle, Lease, Rows};
use crate::key::Key;

type KeyBytes = &'static [u8; 16];

/// Read first: what it says of the layout decides whether the others are looked at.
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
pub(super) const ENTRIES: TableDefinition<KeyBytes, &[u8]> = TableDefinition::new("entries");
/// Since when.
const IDLE: TableDefinition<KeyBytes, u64> = TableDefinition::new("idle");
/// The same in the order of time, and whether it is doomed.
const IDLE_BY_TIME: TableDefinition<(u64, KeyBytes), bool> = TableDefinition::new("idle by time");
/// The number of a hold.
const HOLDS: TableDefinition<(KeyBytes, u128), u64> = TableDefinition::new("holds");
/// The same in the order of holders.
const HELD_BY: TableDefinition<(u128, KeyBytes), ()> = TableDefinition::new("held by");
/// Until when, and whether it has lapsed.
pub(super) const LEASES: TableDefinition<u128, (u64, bool)> = TableDefinition::new("leases");

/// Of all that is written above. Whoever changes it counts on: a file of another layout is set aside.
const LAYOUT: u64 = 1;

pub(super) struct Tables<'t> {
    meta: Table<'t, &'static str, u64>,
    entries: Table<'t, KeyBytes, &'static [u8]>,
    idle: Table<'t, KeyBytes, u64>,
    idle_by_time: Table<'t, (u64, KeyBytes), bool>,
    holds: Table<'t, (KeyBytes, u128), u64>,
    held_by: Table<'t, (u128, KeyBytes), ()>,
    leases: Table<'t, u128, (u64, bool)>,
    waiting: &'t mut Waiting,
    /// Something was written.
    pub(super) changed: bool,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// Entries.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Holds of them.
    pub holds: u64,
}

impl<'t> Tables<'t> {
    /// Opens them, and writes what waits.
    pub(super) fn open(in_: &'t WriteTransaction, waiting: &'t mut Waiting) -> Result<Self, Trouble> {
        let mut tables = Self {
            meta: in_.open_table(META)?,
            entries: in_.open_table(ENTRIES)?,
            idle: in_.open_table(IDLE)?,
            idle_by_time: in_.open_table(IDLE_BY_TIME)?,
            holds: in_.open_table(HOLDS)?,
            held_by: in_.open_table(HELD_BY)?,
            leases: in_.open_table(LEASES)?,
            waiting,
            changed: false,
        };
        tables.write_what_waits()?;
        Ok(tables)
    }

    /// What waits is kept until all is committed: see [`Waiting::written`].
    fn write_what_waits(&mut self) -> Result<(), Trouble> {
        let holds: Vec<_> = self.waiting.holds.iter().map(|(hold, number)| (*hold, *number)).collect();
        for ((key, holder), number) in holds {
            rules::take(self, key, holder, number)?;
        }
        let leases: Vec<_> = self.waiting.leases.iter().map(|(holder, lease)| (*holder, *lease)).collect();
        leases.into_iter().try_for_each(|(holder, lease)| self.set_lease(holder, Some(lease)))
    }

    /// Those of all entries.
    pub(super) fn bytes(&self) -> Result<u64, Trouble> {
        let bytes = self.meta.get("bytes")?.map(|bytes| bytes.value());
        bytes.ok_or_else(|| Trouble::Foreign("it does not say how many bytes it has".to_owned()))
    }

    fn set_bytes(&mut self, bytes: u64) -> Result<(), Trouble> {
        self.meta.insert("bytes", bytes)?;
        Ok(())
    }

    pub(super) fn contents(&self) -> Result<Contents, Trouble> {
        Ok(Contents { entries: self.entries.len()?, bytes: self.bytes()?, holds: self.holds.len()? })
    }
}

/// Makes the tables, in a new file, or sees that they are ours. `lapse`: tells every holder that it may have lost holds.
pub(super) fn make(in_: &WriteTransaction, lapse: bool) -> Result<(), Trouble> {
    let is_new = in_.list_tables()?.next().is_none() && in_.list_multimap_tables()?.next().is_none();
    let mut meta = in_.open_table(META)?;
    if is_new {
        meta.insert("layout", LAYOUT)?;
        meta.insert("bytes", 0)?;
    }
    let layout = meta.get("layout")?.map(|layout| layout.value());
    if layout != Some(LAYOUT) {
        return Err(Trouble::Foreign(format!("its layout is {layout:?}, and not {LAYOUT}")));
    }
    drop(meta);
    let mut nothing = Waiting::default();
    let mut tables = Tables::open(in_, &mut nothing)?;
    tables.bytes()?;
    if lapse {
        for (holder, lease) in tables.leases()? {
            tables.set_lease(holder, Some(Lease { lapsed: true, ..lease }))?;
        }
    }
    Ok(())
}

impl Rows for Tables<'_> {
    type Error = Trouble;

    fn entry(&self, key: Key) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.entries.get(key.as_bytes())?.map(|entry| entry.value().to_vec()))
    }

    fn has_entry(&self, key: Key) -> Result<bool, Trouble> {
        Ok(self.entries.get(key.as_bytes())?.is_some())
    }

    fn put_entry(&mut self, key: Key, entry: &[u8]) -> Result<(), Trouble> {
        self.changed = true;
        self.entries.insert(key.as_bytes(), entry)?;
        self.set_bytes(self.bytes()?.saturating_add(entry.len() as u64))
    }

    fn delete_entry(&mut self, key: Key) -> Result<u64, Trouble> {
        self.changed = true;
        let bytes = self.entries.remove(key.as_bytes())?.map_or(0, |entry| entry.value().len() as u64);
        self.set_bytes(self.bytes()?.saturating_sub(bytes))?;
        Ok(bytes)
    }

    fn set_idle(&mut self, key: Key, idle: Option<Idle>) -> Result<(), Trouble> {
        let before = self.idle.get(key.as_bytes())?.map(|since| since.value());
        self.changed |= before.is_some() || idle.is_some();
        if let Some(since) = before {
            self.idle_by_time.remove((since, key.as_bytes()))?;
        }
        match idle {
            Some(idle) => {
                self.idle.insert(key.as_bytes(), idle.since)?;
                self.idle_by_time.insert((idle.since, key.as_bytes()), idle.doomed)?;
            }
            None if before.is_some() => _ = self.idle.remove(key.as_bytes())?,
            None => {}
        }
        Ok(())
    }

    fn idle_longest(&self, at_most: usize) -> Result<Vec<(Key, Idle)>, Trouble> {
        let longest = self.idle_by_time.iter()?.take(at_most);
        longest.map(|row| row.map(|(time, doomed)| idle(time.value(), doomed.value())).map_err(Trouble::from)).collect()
    }

    fn idle_shortest(&self) -> Result<Option<(Key, Idle)>, Trouble> {
        Ok(self.idle_by_time.last()?.map(|(time, doomed)| idle(time.value(), doomed.value())))
    }

    fn held(&self, key: Key, by: Holder) -> Result<Option<u64>, Trouble> {
        Ok(self.holds.get((key.as_bytes(), by.0))?.map(|number| number.value()))
    }

    fn set_held(&mut self, key: Key, by: Holder, number: Option<u64>) -> Result<(), Trouble> {
        self.changed = true;
        match number {
            Some(number) => {
                // Who holds it already is in the order of holders, too.
                if self.holds.insert((key.as_bytes(), by.0), number)?.is_none() {
                    self.held_by.insert((by.0, key.as_bytes()), ())?;
                }
            }
            None => {
                self.holds.remove((key.as_bytes(), by.0))?;
                self.held_by.remove((by.0, key.as_bytes()))?;
            }
        }
        Ok(())
    }

    fn holders(&self, of: Key, at_most: usize) -> Result<Vec<Holder>, Trouble> {
        let all = self.holds.range((of.as_bytes(), 0)..=(of.as_bytes(), u128::MAX))?;
        all.take(at_most).map(|row| row.map(|(hold, _)| Holder(hold.value().1)).map_err(Trouble::from)).collect()
    }

    fn keys(&self, held_by: Holder, at_most: usize) -> Result<Vec<Key>, Trouble> {
        let all = self.held_by.range((held_by.0, &[0; 16])..=(held_by.0, &[u8::MAX; 16]))?;
        all.take(at_most)
            .map(|row| row.map(|(hold, _)| Key::from_bytes(*hold.value().1)).map_err(Trouble::from))
            .collect()
    }

    fn lease(&self, of: Holder) -> Result<Option<Lease>, Trouble> {
        Ok(self.leases.get(of.0)?.map(|lease| to_lease(lease.value())))
    }

    fn set_lease(&mut self, of: Holder, lease: Option<Lease>) -> Result<(), Trouble> {
        self.changed = true;
        match lease {
            Some(lease) => _ = self.leases.insert(of.0, (lease.until, lease.lapsed))?,
            None => _ = self.leases.remove(of.0)?,
        }
        Ok(())
    }

    fn leases(&self) -> Result<Vec<(Holder, Lease)>, Trouble> {
        let all = self.leases.iter()?;
        all.map(|row| row.map(|(of, lease)| (Holder(of.value()), to_lease(lease.value()))).map_err(Trouble::from))
            .collect()
    }

    fn claim(&self, key: Key) -> Result<Option<Claim>, Trouble> {
        Ok(self.waiting.claims.get(&key).copied())
    }

    fn set_claim(&mut self, key: Key, claim: Option<Claim>) -> Result<(), Trouble> {
        self.waiting.set_claim(key, claim);
        Ok(())
    }

    fn claims(&self, at_most: usize) -> Result<Vec<(Key, Claim)>, Trouble> {
        Ok(self.waiting.claims.iter().take(at_most).map(|(key, claim)| (*key, *claim)).collect())
    }
}

fn idle((since, key): (u64, &[u8; 16]), doomed: bool) -> (Key, Idle) {
    (Key::from_bytes(*key), Idle { since, doomed })
}

pub(super) fn to_lease((until, lapsed): (u64, bool)) -> Lease {
    Lease { until, lapsed }
}
