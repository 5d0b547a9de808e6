//! A hit of ours by reference. What varies: how many memos there are on the one object, from one to a thousand.
//!
//! An operation is one call; each memo is asked in turn.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn memos(criterion: &mut Criterion) {
    for (count, runs) in questions::hits_in_a_crowd() {
        let name = format!("hit, {count} memos");
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = memos
}
criterion_main!(benches);
