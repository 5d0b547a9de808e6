//! A hit by how large the argument is. What varies: the bytes of text in each of eight objects, from 16 to 1 MiB.
//!
//! By identity nobody reads them; the deep keys hash all of them on every call.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn argument_size(criterion: &mut Criterion) {
    for text_len in [16, 256, 4 << 10, 64 << 10, 1 << 20] {
        let (name, runs) = (format!("hit, {text_len} bytes"), questions::hits_by_argument_size(text_len));
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = argument_size
}
criterion_main!(benches);
