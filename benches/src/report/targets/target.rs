//! A target, the columns that targets name, and how two of them compare.

use std::fmt;

use crate::report::table::{Figures, Table};

/// One target and what was measured.
#[derive(Debug)]
pub struct Target {
    pub(super) what: String,
    pub(super) limit: f64,
    pub(super) unit: &'static str,
    pub(super) measured: Option<f64>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, limit, unit, measured } = self;
        let Some(measured) = *measured else {
            return write!(f, "not measured here: {what}, <= {limit} {unit}");
        };
        let verdict = if measured <= *limit { "reached" } else { "NOT reached" };
        let percent = (measured / limit - 1.0) * 100.0;
        write!(f, "{verdict}: {what}: {} {unit}, target <= {limit} ({percent:+.0} %)", Figures(measured))
    }
}

pub(super) const OWN_LENT: &str = "in-object by reference";
pub(super) const OWN: &str = "in-object by clone";
pub(super) const ARC_LENT: &str = "Arc by reference";
pub(super) const ARC: &str = "Arc by clone";
pub(super) const RC_LENT: &str = "Rc by reference";
pub(super) const RC: &str = "Rc by clone";
pub(super) const LOCAL: &str = "Arc local by clone";
/// The crate, where crates are compared.
pub const OURS: &str = "memo-core";
pub(super) const FIELD: &str = "field";
pub(super) const MAP: &str = "HashMap";
pub(super) const WEAK_TABLE: &str = "weak-table";
pub(super) const LOCKED_TABLE: &str = "weak-table in a Mutex";
/// The two forms of `cached`; the better one is the peer.
const CACHED: [&str; 2] = ["cached", "concurrent_cached"];

/// What the better form of it measured.
pub(super) fn cached(table: &Table, row: &str) -> Option<f64> {
    CACHED.iter().filter_map(|column| table.cell(row, column)).reduce(f64::min)
}

pub(super) fn ratio(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    Some(ours? / theirs?)
}
