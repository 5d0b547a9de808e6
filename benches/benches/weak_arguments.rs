//! A hit and a first call by how many objects the call names, from one to eight, beside a table keyed by all of them.

mod groups;

use memo_benches::questions;

groups::bench!({
    let hits =
        (1..).zip(questions::hits_by_weak_arguments()).map(|(count, runs)| (format!("hit, {count} objects"), runs));
    let misses = (1..).zip(questions::misses_by_weak_arguments());
    hits.chain(misses.map(|(count, runs)| (format!("miss, {count} objects"), runs)))
});
