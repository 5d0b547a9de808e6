//! An object's life, on one thread and on two at once. What varies: the subject, and how many threads.
//!
//! Each thread makes, asks about and drops objects of its own, all in one store; the time of an operation is the mean of the
//! threads' own. `bare` is what two threads lose by themselves.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn threads_of_lives(criterion: &mut Criterion) {
    let groups =
        [("life, 1 thread", questions::lives_on_threads(1)), ("life, 2 threads", questions::lives_on_threads(2))];
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
    targets = threads_of_lives
}
criterion_main!(benches);
