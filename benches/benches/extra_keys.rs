//! A hit with an extra key. What varies: how many keys one object has, from one to 100,000; and 256 objects of four each.
//!
//! The keys are asked in an order that no prefetcher foresees.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn extra_keys(criterion: &mut Criterion) {
    let four = ("hit, 256 objects of 4 keys".to_owned(), questions::hits_with_extra_key(256));
    let many = [1, 100, 10_000, 100_000].map(|count| (format!("hit, {count} keys"), questions::hits_among_keys(count)));
    for (name, runs) in many.into_iter().chain([four]) {
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = extra_keys
}
criterion_main!(benches);
