//! A miss on one thread. Nothing varies but the subject.
//!
//! An operation is the first call on a fresh object, of which 1,024 go into an emptied store; the body is a multiplication.
//! Making the objects, emptying the store and dropping are not timed.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn miss(criterion: &mut Criterion) {
    let groups = [("miss", questions::misses())];
    for (name, runs) in groups {
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = miss
}
criterion_main!(benches);
