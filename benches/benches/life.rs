//! An object's life on one thread: make, memoize once, forget where the user has to, drop. Nothing varies but the subject.
//!
//! One object is alive at a time. To be read as the time over that of `bare` (for the `Rc` subjects, `bare Rc`), which makes
//! and drops the same object and runs the body.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memo_benches::questions;

fn life(criterion: &mut Criterion) {
    let groups = [("life", questions::lives())];
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
    targets = life
}
criterion_main!(benches);
