//! Targets of memos with an extra key.

use super::target::{ARC, Target, cached, ratio};
use crate::report::rows;
use crate::report::table::Table;

/// A call may add a key or evict one, and none pays for the whole table.
const WORST: f64 = 200.0;

pub(super) fn hits(table: &Table, targets: &mut Vec<Target>) {
    let limits = [
        (rows::EXTRA_KEY, 0.8),
        (rows::KEYS_4, 0.8),
        (rows::KEYS_1000, 0.8),
        (rows::KEYS_100000, 1.0),
        (rows::KEYS_4_2, 0.15),
        (rows::KEYS_1000_2, 0.15),
    ];
    for (row, limit) in limits {
        let measured = ratio(table.cell(row, ARC), cached(table, row));
        targets.push(Target { what: format!("{row}, {ARC}"), limit, unit: "x cached", measured });
    }
}

pub(super) fn evictions(table: &Table, targets: &mut Vec<Target>) {
    let ours = table.cell(rows::EVICTION, ARC);
    let peers = [
        (cached(table, rows::EVICTION), 1.0, "x cached"),
        (table.cell(rows::EVICTION, "quick_cache"), 1.2, "x quick_cache"),
    ];
    for (peer, limit, unit) in peers {
        targets.push(Target { what: format!("{}, {ARC}", rows::EVICTION), limit, unit, measured: ratio(ours, peer) });
    }
    for row in [rows::EVICTING_WORST, rows::GROWING_WORST] {
        let measured = table.cell(row, ARC);
        targets.push(Target { what: format!("{row}, {ARC}"), limit: WORST, unit: "µs", measured });
    }
}

pub(super) fn entries(table: &Table, targets: &mut Vec<Target>) {
    for row in [rows::KEYED_ENTRY, rows::KEYED_ENTRY_4] {
        let measured = table.cell(row, ARC);
        targets.push(Target { what: format!("{row}, {ARC}"), limit: 96.0, unit: "bytes", measured });
    }
}
