//! A hit of ours on 1,024 objects. What varies: what is remembered (16 and 32 bytes of plain data, an `Arc<str>`).
//!
//! By reference the caller clones an `Arc<str>`, too.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn values(criterion: &mut Criterion) {
    for (value, runs) in questions::hits_for_values() {
        let name = format!("hit, {value:?}");
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = values
}
criterion_main!(benches);
