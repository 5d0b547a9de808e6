//! The drop of an object with one result. Nothing varies but the owner; `bare` has no result.
//!
//! In the object, the result goes with it; of an `Arc` it goes later: `report` says when.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn drops(criterion: &mut Criterion) {
    for (name, runs) in [("drop", questions::drops())] {
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = drops
}
criterion_main!(benches);
