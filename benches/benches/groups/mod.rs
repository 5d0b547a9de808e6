//! Groups of runs, measured by criterion one run after the other.

use std::time::Duration;

use criterion::Criterion;
use memo_benches::run::Run;

pub(crate) fn briefly() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2))
}

pub(crate) fn measure<N: Into<String>>(criterion: &mut Criterion, groups: impl IntoIterator<Item = (N, Vec<Run>)>) {
    for (name, runs) in groups {
        let mut group = criterion.benchmark_group(name);
        for mut run in runs {
            group.bench_function(run.name, |bencher| bencher.iter_custom(|operations| run.time(operations)));
        }
    }
}

/// A bench that measures these groups and nothing else.
#[allow(unused_macros, reason = "`churn` has a table, too")]
macro_rules! bench {
    ($groups:expr) => {
        fn main() {
            let mut criterion = $crate::groups::briefly().configure_from_args();
            $crate::groups::measure(&mut criterion, $groups);
            criterion.final_summary();
        }
    };
}
#[allow(unused_imports)]
pub(crate) use bench;
