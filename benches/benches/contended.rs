//! A hit while another thread hits. What varies: how many objects (one hot, 1,024, 1,000,000), and whether they are the same.
//!
//! Two threads, each timed for itself from a common start; the time of an operation is the mean of the threads' own. A
//! subject whose tables are per thread (`memoize`) contends for nothing, and computes once a thread.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn contended(criterion: &mut Criterion) {
    let groups = [
        ("contended hit, 2 threads, one hot object", questions::contended_hot_hits(2)),
        ("contended hit, 2 threads, 1,024 objects", questions::contended_hits(2, 1024)),
        ("hit, 2 threads, 1,024 objects apart", questions::contended_hits_apart(2, 1024)),
        ("hit, 2 threads, 1,000,000 objects apart", questions::contended_hits_on_many(2, 1_000_000)),
    ];
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
    targets = contended
}
criterion_main!(benches);
