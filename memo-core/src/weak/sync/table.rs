//! The table of a shared map: its shards, and its place among the tables that are swept.

use std::sync::{Arc, OnceLock, Weak};

use super::node::{Held, Mortal, Node};
use super::shard::{Locked, Pinned, SHARD_BITS, Shard};
use crate::reclaim::tables::{self, Swept};
use crate::sys::hazard::own;
use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicUsize, Ordering};
use crate::weak::key::spread;
use crate::weak::object::Told;

const SHARDS: usize = 1 << SHARD_BITS;

pub(crate) struct Table<C: Mortal> {
    shards: [Shard<C>; SHARDS],
    /// The next shard that is swept a little.
    hand: AtomicUsize,
}

impl<C: Mortal> Table<C> {
    fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Shard::new()), hand: AtomicUsize::new(0) }
    }

    /// The shards that may have nodes.
    fn used(&self) -> impl Iterator<Item = &Shard<C>> {
        self.shards.iter().filter(|shard| !shard.is_new())
    }

    #[inline(always)]
    fn shard(&self, hash: u64) -> &Shard<C> {
        &self.shards[(hash >> (u64::BITS - SHARD_BITS)) as usize]
    }

    /// What `read`, which runs no user code, makes of the first node with this hash.
    #[inline(always)]
    pub(super) fn look<R>(&self, hash: u64, read: impl FnMut(&Node<C>) -> Option<R>) -> Option<R> {
        self.shard(hash).look(hash, read)
    }

    /// The first node with this hash, held.
    #[inline]
    pub(crate) fn hold(&self, hash: u64) -> Option<Held<'_, C>> {
        loop {
            // SAFETY: of this table, which is borrowed.
            match self.look(hash, |node| Some(unsafe { Held::new(node) }))? {
                Some(held) => return Some(held),
                // It was taken out after it was found. Another may have its place.
                None => std::hint::spin_loop(),
            }
        }
    }

    /// Runs `act`, which runs no user code, with the shard of this hash locked.
    #[inline]
    pub(crate) fn with<'t, R>(&'t self, hash: u64, act: impl FnOnce(&mut Locked<'t, C>) -> R) -> R {
        self.shard(hash).with(act)
    }

    /// What `read` makes of each node, of one shard after another: those that are in when it is reached.
    pub(crate) fn iter<'t, R>(&'t self, mut read: impl FnMut(&C) -> Option<R> + 't) -> impl Iterator<Item = R> + 't {
        let (mut shards, mut here) = (self.used(), None::<Pinned<'t, C>>);
        std::iter::from_fn(move || {
            loop {
                while let Some(read) = here.as_mut().and_then(|here| here.next_with(|content, _| read(content))) {
                    if read.is_some() {
                        return read;
                    }
                }
                here = None;
                here = Some(shards.next()?.pin());
            }
        })
    }

    /// Takes out and drops all that `is`, which runs no user code, says; how many.
    pub(crate) fn drop_those(&self, panics: &mut Panics, is: impl Fn(&C) -> bool) -> usize {
        let mut dropped = 0;
        for shard in self.used() {
            let here = Self::drop_those_of(shard, panics, &is);
            // What stays pins its objects until then: also what was taken out before, and could not be freed yet.
            shard.free_taken(C::STAYS);
            dropped += here;
        }
        dropped
    }

    fn drop_those_of(shard: &Shard<C>, panics: &mut Panics, is: impl Fn(&C) -> bool) -> usize {
        let (mut cursor, mut dropped) = (None, 0);
        while let Some(taken) = shard.take_those(&mut cursor, &is) {
            dropped += taken.len();
            if C::QUIET {
                // SAFETY: they are out, and that is what it does.
                unsafe { Held::drop_all(taken, own::others_have_left) };
                continue;
            }
            for held in taken {
                panics.run(|| drop(held));
            }
        }
        dropped
    }

    /// Takes out and drops all that `keep`, which may be user code, does not say. If that panics, the others stay.
    pub(crate) fn retain(&self, mut keep: impl FnMut(&C) -> bool) {
        let mut panics = Panics::default();
        for shard in self.used() {
            let mut here = shard.pin();
            while let Some((keeps, pin)) = here.next_with(|content, pin| (keep(content), pin)) {
                if !keeps {
                    pin.take_out();
                }
            }
            here.finish(&mut panics);
        }
        panics.resume();
    }

    pub(crate) fn living(&self) -> usize {
        self.used().map(Shard::living).sum()
    }

    pub(crate) fn stored(&self) -> usize {
        self.used().map(Shard::stored).sum()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.used().map(Shard::capacity).sum()
    }

    pub(crate) fn reserve(&self, more: usize) {
        self.shards.iter().for_each(|shard| shard.reserve(more.div_ceil(SHARDS)));
    }

    pub(crate) fn shrink_to_fit(&self) {
        for shard in self.used() {
            shard.shrink_to_fit();
        }
    }
}

impl<C: Mortal + Send + Sync> Swept for Table<C> {
    fn sweep(&self, panics: &mut Panics) -> usize {
        self.drop_those(panics, Mortal::is_dead)
    }

    fn sweep_some(&self, most: usize, panics: &mut Panics) -> usize {
        let mut looked = 0;
        // Two sweeps at once may visit the same shards, which is no harm.
        let first = self.hand.load(Ordering::Relaxed);
        for at in (first..first + SHARDS).map(|at| at % SHARDS) {
            let shard = &self.shards[at];
            if shard.is_new() {
                continue;
            }
            self.hand.store(at + 1, Ordering::Relaxed);
            let (here, dead) = shard.take_under_hand(most - looked);
            looked += here;
            if !dead.is_empty() {
                for dead in dead {
                    panics.run(|| drop(dead));
                }
                shard.free_taken(C::STAYS);
            }
            if looked >= most {
                break;
            }
        }
        looked
    }

    fn stored(&self) -> usize {
        Table::stored(self)
    }
}

impl<C: Mortal + Send + Sync + 'static> Table<C> {
    /// This table, for a key that tells it of its death.
    pub(super) fn told(this: &Arc<Self>) -> Weak<dyn Told> {
        let this: Weak<Self> = Arc::downgrade(this);
        this
    }
}

impl<C: Mortal + Send + Sync> Told for Table<C> {
    fn died(&self, life: usize) {
        let identity = spread(life);
        let out = self.with(identity, |shard| {
            let there = shard.first(identity)?;
            shard.take(&there)
        });
        drop(out);
    }
}

/// A map's table, which is made with its first entry. Empty, it is a word or two, and can be a static.
pub(crate) struct Lazy<C: Mortal + Send + Sync + 'static>(OnceLock<Arc<Table<C>>>);

impl<C: Mortal + Send + Sync + 'static> Lazy<C> {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&Table<C>> {
        self.0.get().map(|table| &**table)
    }

    pub(crate) fn make(&self) -> &Arc<Table<C>> {
        self.0.get_or_init(|| {
            let table = Arc::new(Table::new());
            tables::add(Arc::<Table<C>>::downgrade(&table));
            table
        })
    }
}

impl<C: Mortal + Send + Sync + 'static> Drop for Lazy<C> {
    fn drop(&mut self) {
        let Some(table) = self.0.take() else { return };
        tables::remove(Arc::as_ptr(&table).cast());
        // Not left to a sweep that has the table now.
        let mut panics = Panics::default();
        for shard in table.used() {
            Table::drop_those_of(shard, &mut panics, |_| true);
        }
        panics.run(|| drop(table));
        panics.resume();
    }
}
