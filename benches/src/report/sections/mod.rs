//! The sections: which rows answer each question, and which plot shows it.

mod bursts;
mod futures;
mod growth;
mod hits;
mod keys;
mod lives;
mod memory;
mod toolbox;

pub use bursts::bursts;
pub use futures::futures;
pub use growth::{argument_size, growth, keys, memos, objects, weak_arguments};
pub use hits::{few_and_many, hits, many_on_threads, values};
pub use keys::{extra_key, hit_ratios, insertion_and_eviction, zipf};
pub use lives::{lives, reclaim, storm, threads_of_lives};
pub use memory::{heap, over_time};
pub use toolbox::{interners, weak_maps};

use std::fmt;

use super::plot::{Axis, Plot, Scale};
use super::table::{Figures, Table};
use crate::run::Medians;

/// A title, what a reader has to know, the numbers, and plots of them.
#[derive(Debug)]
pub struct Section {
    title: &'static str,
    about: &'static str,
    /// What was measured.
    pub table: Table,
    /// How it looks.
    pub plots: Vec<Plot>,
}

impl Section {
    /// With an empty table.
    pub fn new(title: &'static str, about: &'static str) -> Self {
        Self { title, about, table: Table::default(), plots: Vec::new() }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n\n{}", self.title, self.about, self.table)?;
        self.plots.iter().try_for_each(|plot| writeln!(f, "![{}]({})\n", plot.title, plot.file))
    }
}

/// Nanoseconds upwards.
const NANOSECONDS: Axis = Axis { label: "ns per call", tick: number, scale: Scale::Logarithmic(10.0) };

/// What a reader of every table has to know.
pub const ABOUT: &str = "\
Nanoseconds unless a row says otherwise, medians of interleaved samples; with 2 threads, one thread's own. Peers are keyed
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
