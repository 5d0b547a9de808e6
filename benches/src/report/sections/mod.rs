//! The sections, one file each: which rows answer the question, and which plot shows it.

mod argument_size;
mod bursts;
mod heap;
mod hits;
mod keys;
mod lives;
mod many_objects;
mod memos;
mod over_time;
mod reclaim;
mod storm;
mod threads_of_lives;
mod values;
mod zipf;

pub use argument_size::argument_size;
pub use bursts::bursts;
pub use heap::heap;
pub use hits::hits;
pub use keys::{extra_key, many_keys};
pub use lives::lives;
pub use many_objects::{few_and_many, many_objects};
pub use memos::memos;
pub use over_time::over_time;
pub use reclaim::reclaim;
pub use storm::storm;
pub use threads_of_lives::threads_of_lives;
pub use values::values;
pub use zipf::zipf;

use super::plot::{Axis, Scale};
use super::section::Section;
use super::table::Figures;
use crate::run::Medians;

/// Nanoseconds upwards.
const NANOSECONDS: Axis = Axis { label: "ns per call", tick: number, scale: Scale::Logarithmic(10.0) };

/// What a reader of every table has to know.
pub const ABOUT: &str = "\
Nanoseconds unless a row says otherwise, medians of samples taken in turn; with 2 threads, one thread's own. Peers are keyed
by address, with FxHasher where they take a hasher, unless the column says deep. `HashMap` and `weak-table` are in a RefCell on
one thread, else in a RwLock. Through lives and churn `HashMap`, `cached`, `concurrent_cached`, `dashmap` and `papaya` are told
by hand of each death, and `moka`, `quick_cache` and the deep ones hold 1,000 entries at most. `memoize` has a table per thread.";

/// A row for each size.
fn add_rows(section: &mut Section, rows: &[(f64, Medians)], label: impl Fn(u64) -> String) {
    for (size, cells) in rows {
        section.table.add(label(*size as u64), cells.clone());
    }
}

/// A tick of an axis.
fn number(value: &f64) -> String {
    if *value < 1.0 { Figures(*value).to_string() } else { thousands(value.round() as u64) }
}

/// A number with its thousands apart.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap_or("")).collect();
    groups.join(",")
}

/// A number of bytes in the largest unit that divides it.
fn bytes(number: u64) -> String {
    match number {
        mib if mib >= 1 << 20 => format!("{} MiB", mib >> 20),
        kib if kib >= 1 << 10 => format!("{} KiB", kib >> 10),
        bytes => format!("{bytes} B"),
    }
}
