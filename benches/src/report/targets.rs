//! The targets of the design, each held against what was measured.

mod keyed;
mod target;

pub use target::{OURS, Target};

use target::{ARC, ARC_LENT, FIELD, LOCAL, LOCKED_TABLE, MAP, OWN, OWN_LENT, RC, RC_LENT, WEAK_TABLE, cached, ratio};

use super::rows;
use super::table::Table;

/// The crate with its anchor inside, where crates are compared.
const OURS_INSIDE: &str = "memo-core, anchor inside";

/// An `async fn` of `Arc`s, by clone.
const ASYNC_ARC: &str = "async, Arc by clone";

/// All of them, in the order of the design.
pub fn of(table: &Table) -> Vec<Target> {
    let mut targets = Vec::new();
    hits(table, &mut targets);
    clones(table, &mut targets);
    keyed::hits(table, &mut targets);
    keyed::evictions(table, &mut targets);
    misses(table, &mut targets);
    futures(table, &mut targets);
    one_thread(table, &mut targets);
    lives(table, &mut targets);
    entries(table, &mut targets);
    keyed::entries(table, &mut targets);
    churn(table, &mut targets);
    growth(table, &mut targets);
    crowds(table, &mut targets);
    threads_of_lives(table, &mut targets);
    handles(table, &mut targets);
    statistics(table, &mut targets);
    targets.extend(of_instructions(table));
    build(table, &mut targets);
    targets.extend(of_toolbox(table));
    targets
}

/// Those of the weak toolbox: no row slower than the peer, and on two threads twice as fast; the interner faster by more.
pub fn of_toolbox(table: &Table) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut hold = |row: &str, ours, theirs, limit, unit| {
        let measured = ratio(table.cell(row, ours), table.cell(row, theirs));
        targets.push(Target { what: format!("{row}, {ours}"), limit, unit, measured });
    };
    for row in
        [rows::MAP_INSERT, rows::MAP_INSERT_MANY, rows::MAP_HIT, rows::MAP_ITERATE, rows::MAP_CHURN, rows::MAP_DEATHS]
    {
        hold(row, "unsync::WeakKeyMap", WEAK_TABLE, 1.0, "x weak-table");
        hold(row, "sync::WeakKeyMap", LOCKED_TABLE, 1.0, "x weak-table in a Mutex");
    }
    for row in [rows::MAP_HIT_2, rows::MAP_CHURN_2] {
        hold(row, "sync::WeakKeyMap", LOCKED_TABLE, 0.5, "x weak-table in a Mutex");
    }
    for (row, limit) in [(rows::INTERN_HIT, 0.7), (rows::INTERN_HIT_2, 0.4)] {
        hold(row, "Interner", "internment::ArcIntern", limit, "x ArcIntern");
    }
    targets
}

/// Those of the instructions of a hit, which are recorded by themselves.
pub fn of_instructions(table: &Table) -> Vec<Target> {
    let limits = [
        (rows::INSTRUCTIONS, OWN_LENT, 15.0),
        (rows::INSTRUCTIONS, ARC_LENT, 48.0),
        (rows::KEYED_INSTRUCTIONS, ARC, 80.0),
    ];
    let target = |(row, column, limit)| {
        let what = format!("{row}{column}");
        Target { measured: table.cell(&what, rows::NUMBER), what, limit, unit: "instructions" }
    };
    let mut targets: Vec<_> = limits.into_iter().map(target).collect();
    // Beside the same call of a function that is not `async`.
    for column in [ARC_LENT, ARC] {
        let what = format!("{}{column}", rows::FUTURE_INSTRUCTIONS);
        let plain = table.cell(&format!("{}{column}", rows::INSTRUCTIONS), rows::NUMBER);
        let measured = ratio(table.cell(&what, rows::NUMBER), plain);
        targets.push(Target { what: what.clone(), limit: 1.3, unit: "x the call that is not", measured });
        // A future that does nothing is made, polled and dropped, too.
        let around = table.cell(&format!("{}around the plain call, {column}", rows::FUTURE_INSTRUCTIONS), rows::NUMBER);
        let measured = ratio(table.cell(&what, rows::NUMBER), around);
        targets.push(Target { what, limit: 1.3, unit: "x an `async fn` around the call that is not", measured });
    }
    targets
}

/// Those of the editing session: a third of what the two that track take, and no more than the cheapest key takes.
pub fn of_analysis(table: &Table) -> Vec<Target> {
    let mut targets = Vec::new();
    for (peer, limit, unit) in
        [("salsa", 0.33, "x salsa"), ("comemo", 0.33, "x comemo"), ("cached by address", 1.0, "x cached by address")]
    {
        for ours in [OURS, OURS_INSIDE] {
            let measured = ratio(table.cell(rows::REMEMBERING, ours), table.cell(rows::REMEMBERING, peer));
            targets.push(Target { what: format!("{}, {ours}", rows::REMEMBERING), limit, unit, measured });
        }
    }
    targets
}

fn hits(table: &Table, targets: &mut Vec<Target>) {
    for (row, limit) in [(rows::HOT, 2.2), (rows::HIT, 1.6), (rows::HOT_2, 2.2), (rows::HIT_2, 1.6)] {
        let measured = ratio(table.cell(row, OWN_LENT), table.cell(row, FIELD));
        targets.push(Target { what: format!("{row}, {OWN_LENT}"), limit, unit: "x field", measured });
    }
    for (row, limit) in [(rows::HOT, 1.0), (rows::HIT, 1.0), (rows::HOT_2, 0.35), (rows::HIT_2, 0.35)] {
        let measured = ratio(table.cell(row, ARC_LENT), cached(table, row));
        targets.push(Target { what: format!("{row}, {ARC_LENT}"), limit, unit: "x cached", measured });
    }
}

/// Plain data to 16 bytes is copied: in the object that is to cost next to nothing.
fn clones(table: &Table, targets: &mut Vec<Target>) {
    for (row, [of_own, of_arc]) in
        [(rows::HIT, [1.15, 1.4]), (rows::PAIR, [1.15, 1.4]), (rows::QUAD, [2.5; 2]), (rows::NAME, [2.5; 2])]
    {
        for (cloned, lent, limit) in [(OWN, OWN_LENT, of_own), (ARC, ARC_LENT, of_arc)] {
            let measured = ratio(table.cell(row, cloned), table.cell(row, lent));
            targets.push(Target { what: format!("{row}, {cloned}"), limit, unit: "x by reference", measured });
        }
    }
}

fn misses(table: &Table, targets: &mut Vec<Target>) {
    for (column, limit) in [(OWN_LENT, 1.5), (ARC_LENT, 5.0), (ARC, 7.0)] {
        let measured = ratio(table.cell(rows::MISS, column), cached(table, rows::MISS));
        targets.push(Target { what: format!("{}, {column}", rows::MISS), limit, unit: "x cached", measured });
    }
}

/// By clone, as the peers do.
fn futures(table: &Table, targets: &mut Vec<Target>) {
    for row in [rows::FUTURE_HOT, rows::FUTURE_HIT, rows::FUTURE_HIT_2] {
        for (peer, limit, unit) in [("moka::future", 0.25, "x moka::future"), ("cached, async", 1.0, "x cached")] {
            let measured = ratio(table.cell(row, ASYNC_ARC), table.cell(row, peer));
            targets.push(Target { what: format!("{row}, {ASYNC_ARC}"), limit, unit, measured });
        }
    }
}

fn one_thread(table: &Table, targets: &mut Vec<Target>) {
    for row in [rows::HOT, rows::HIT] {
        for column in [RC_LENT, RC, LOCAL] {
            let measured = ratio(table.cell(row, column), table.cell(row, MAP));
            targets.push(Target { what: format!("{row}, {column}"), limit: 1.5, unit: "x bare HashTable", measured });
        }
    }
}

fn lives(table: &Table, targets: &mut Vec<Target>) {
    for (column, limit) in [(OWN_LENT, 60.0), (ARC_LENT, 150.0), (OWN, 90.0), (ARC, 190.0)] {
        let measured = table.cell(rows::LIFE, column);
        targets.push(Target { what: format!("{}, {column}", rows::LIFE), limit, unit: "ns", measured });
    }
}

fn entries(table: &Table, targets: &mut Vec<Target>) {
    for (column, limit) in [(OWN_LENT, 48.0), (ARC_LENT, 88.0), (OWN, 88.0), (ARC, 120.0)] {
        let measured = table.cell(rows::ENTRY, column);
        targets.push(Target { what: format!("heap per live `u64` entry, {column}"), limit, unit: "bytes", measured });
    }
}

fn churn(table: &Table, targets: &mut Vec<Target>) {
    for column in [OWN_LENT, OWN, ARC_LENT, ARC, RC_LENT, RC] {
        let measured = ratio(table.cell(rows::CHURN_PEAK, column), table.cell(rows::CHURN_STEADY, column));
        targets.push(Target {
            what: format!("churn through a window of 1,000, {column}, peak heap"),
            limit: 2.0,
            unit: "x steady",
            measured,
        });
    }
    for column in [OWN_LENT, OWN, ARC_LENT, ARC] {
        let measured = ratio(table.cell(rows::LARGE_PEAK, column), table.cell(rows::LARGE_STEADY, column));
        let what = format!("churn of 64 KiB objects beside 1,000,000 small ones, {column}, peak heap");
        targets.push(Target { what, limit: 2.0, unit: "x steady", measured });
    }
}

/// What the caches of the machine explain is taken from the peers: what a bare table loses from few to many objects, and for
/// the anchor in the object what a field loses.
fn growth(table: &Table, targets: &mut Vec<Target>) {
    let added = |column| Some(table.cell(rows::MANY, column)? - table.cell(rows::FEW, column)?);
    for (column, like, unit) in
        [(OWN_LENT, FIELD, "x what field adds"), (ARC_LENT, MAP, "x what a bare HashTable adds")]
    {
        let measured = ratio(added(column), added(like));
        targets.push(Target {
            what: format!("1,000 -> 1,000,000 objects, {column}, added"),
            limit: 1.0,
            unit,
            measured,
        });
    }
    for column in [OWN_LENT, ARC_LENT] {
        let measured = ratio(table.cell(rows::MEMOS_100, column), table.cell(rows::MEMO, column));
        targets.push(Target {
            what: format!("1 -> 100 memos on one object, {column}"),
            limit: 3.0,
            unit: "x",
            measured,
        });
    }
}

fn crowds(table: &Table, targets: &mut Vec<Target>) {
    for column in [OWN_LENT, OWN, ARC_LENT, ARC, RC_LENT, RC] {
        let measured = table.cell(rows::WORST, column);
        targets.push(Target { what: format!("{}, {column}", rows::WORST), limit: 200.0, unit: "µs", measured });
    }
    for column in [ARC_LENT, ARC, RC_LENT, RC] {
        let measured = table.cell(rows::SURVIVORS, column);
        targets.push(Target { what: format!("{}, {column}", rows::SURVIVORS), limit: 1.2, unit: "x before", measured });
    }
    for column in [ARC_LENT, ARC, RC_LENT, RC] {
        let sweep = table.cell(rows::AT_ONCE, column);
        let what = format!("{}, {column}", rows::AT_ONCE);
        targets.push(Target { what: what.clone(), limit: 300.0, unit: "ns", measured: sweep });
        let measured = ratio(sweep, table.cell(rows::AT_ONCE, "Box"));
        targets.push(Target { what, limit: 1.5, unit: "x Box", measured });
    }
}

/// What two threads cost is held against one of the same; what the bare life loses stands beside it, in the table.
fn threads_of_lives(table: &Table, targets: &mut Vec<Target>) {
    for column in [ARC_LENT, ARC] {
        let measured = table.cell(rows::LIFE_RATIO, column);
        targets.push(Target { what: format!("{}, {column}", rows::LIFE_RATIO), limit: 1.15, unit: "x", measured });
    }
    for (column, limit) in [(ARC_LENT, 1.0), (ARC, 1.5)] {
        let measured = ratio(table.cell(rows::LIFE_1, column), table.cell(rows::LIFE_1, WEAK_TABLE));
        targets.push(Target { what: format!("{}, {column}", rows::LIFE_1), limit, unit: "x weak-table", measured });
    }
}

fn handles(table: &Table, targets: &mut Vec<Target>) {
    for row in [rows::STATS, rows::IS_EMPTY] {
        for column in [OWN, ARC_LENT, ARC, RC] {
            let measured = table.cell(row, column);
            targets.push(Target { what: format!("{row}, {column}"), limit: 1000.0, unit: "µs", measured });
        }
    }
}

fn statistics(table: &Table, targets: &mut Vec<Target>) {
    for column in [OWN_LENT, ARC_LENT, OWN, ARC] {
        let measured = ratio(table.cell(rows::COUNTED, column), table.cell(rows::UNCOUNTED, column));
        targets.push(Target { what: format!("statistics on over off, {column}"), limit: 1.1, unit: "x", measured });
    }
}

fn build(table: &Table, targets: &mut Vec<Target>) {
    let measured = ratio(table.cell(rows::BUILD, OURS), table.cell(rows::BUILD, "cached"));
    targets.push(Target { what: rows::BUILD.into(), limit: 1.0, unit: "x cached", measured });
}
