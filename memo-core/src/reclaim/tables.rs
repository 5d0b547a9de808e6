//! The tables of shared weak maps: they hold weak pointers of their own, and are swept along with the side table.

use std::sync::{Arc, Weak};

use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicUsize, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// A table that can be swept.
pub(crate) trait Swept: Send + Sync {
    /// Drops the dead entries. Returns how many there were.
    fn sweep(&self, panics: &mut Panics) -> usize;
    /// Examines about `most` entries, and drops the dead among them. Returns how many it has examined.
    fn sweep_some(&self, most: usize, panics: &mut Panics) -> usize;
    /// How many entries there are.
    fn stored(&self) -> usize;
}

static TABLES: Mutex<Vec<Weak<dyn Swept>>> = Mutex::new(Vec::new());
/// How many tables there are.
static COUNT: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn add(table: Weak<dyn Swept>) {
    let mut tables = unpoisoned(TABLES.lock());
    tables.push(table);
    COUNT.store(tables.len(), Ordering::Relaxed);
}

/// Removes a table that is about to be dropped.
pub(crate) fn remove(table: *const ()) {
    let mut tables = unpoisoned(TABLES.lock());
    tables.retain(|there| !std::ptr::addr_eq(there.as_ptr(), table));
    COUNT.store(tables.len(), Ordering::Relaxed);
}

/// Whether there are any tables.
#[inline]
pub(crate) fn any() -> bool {
    COUNT.load(Ordering::Relaxed) != 0
}

/// The most tables of one visit.
const VISITS: usize = 8;

/// Examines about `most` entries of a few tables, each in turn, at the end of an outermost call.
pub(crate) fn sweep_some(most: usize, panics: &mut Panics) {
    static HAND: AtomicUsize = AtomicUsize::new(0);
    let mut looked = 0;
    for _ in 0..COUNT.load(Ordering::Relaxed).min(VISITS) {
        if looked >= most {
            break;
        }
        let next = {
            let tables = unpoisoned(TABLES.lock());
            let at = HAND.fetch_add(1, Ordering::Relaxed).checked_rem(tables.len());
            at.and_then(|at| tables[at].upgrade())
        };
        if let Some(table) = next {
            looked += table.sweep_some(most - looked, panics);
            drop_table(table, panics);
        }
    }
}

/// Sweeps all tables. Returns how many entries were dead.
pub(crate) fn sweep(panics: &mut Panics) -> usize {
    sum(panics, |table, panics| table.sweep(panics))
}

/// How many entries they have, dead or alive.
pub(crate) fn stored(panics: &mut Panics) -> usize {
    sum(panics, |table, _| table.stored())
}

fn sum(panics: &mut Panics, count: impl Fn(&dyn Swept, &mut Panics) -> usize) -> usize {
    let tables: Vec<_> = unpoisoned(TABLES.lock()).iter().filter_map(Weak::upgrade).collect();
    let counts = tables.into_iter().map(|table| {
        let counted = count(&*table, panics);
        drop_table(table, panics);
        counted
    });
    counts.sum()
}

/// If the map was dropped meanwhile, this is its end: what a forgotten iterator kept of it is dropped here.
fn drop_table(table: Arc<dyn Swept>, panics: &mut Panics) {
    panics.run(|| drop(table));
}
