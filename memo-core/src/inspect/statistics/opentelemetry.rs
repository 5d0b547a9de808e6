//! The statistics of all memos as instruments of an OpenTelemetry meter.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use super::exported::{Exported, NAMED, exported};
use crate::memo::clock::HAS_CLOCK;
use crate::sys::sync::unpoisoned;

/// Adds the statistics of all memos to an OpenTelemetry meter, with the feature `opentelemetry`: call it once, at the start.
///
/// The instruments are observed whenever the meter's provider collects: they read what is counted anyway, as [`overview`](crate::overview) does, and a hit pays
/// nothing for it. All have the attribute `cache.name`, the memo's name. The first 200 memos have series of their own, all later ones share `other`.
/// By convention the meter is called `memo`.
///
/// | name | kind, unit | further attributes |
/// |---|---|---|
/// | `cache.requests` | counter | `cache.request.type`: `hit`, `miss` |
/// | `cache.evictions` | counter | |
/// | `cache.entry.count` | up-down counter | |
/// | `memo.computes` | counter | `outcome`: `stored`, `rejected` |
/// | `memo.waits` | counter | |
/// | `memo.removed` | counter | `cause`: `object`, `expired`, `cleared`, `replaced`, `abandoned` |
/// | `memo.compute.time` | counter, s | |
/// | `memo.held` | up-down counter, By | `kind`: `entries`, `pinned`, and `values` where it was said how to [measure](crate::Memo::measure) them |
/// | `memo.retained` | up-down counter: living arguments that a result seems to hold | |
/// | `memo.in_flight` | up-down counter: computes in progress | |
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use opentelemetry::metrics::MeterProvider;
/// use opentelemetry_sdk::metrics::SdkMeterProvider;
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn words(text: &Arc<String>) -> usize {
///     text.split_whitespace().count()
/// }
///
/// // With a reader that exports to whatever you have.
/// let provider = SdkMeterProvider::builder().build();
/// memo_core::observe_metrics(&provider.meter("memo"));
/// words(&Arc::new(String::from("to be")));
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "opentelemetry")))]
pub fn observe_metrics(meter: &Meter) {
    let all = Arc::new(Snapshot::default());
    let counter = |name, about, observe: fn(&Exported, &dyn AsyncInstrument<u64>)| {
        let all = Arc::clone(&all);
        let each = move |to: &dyn AsyncInstrument<u64>| all.now().iter().for_each(|memo| observe(memo, to));
        meter.u64_observable_counter(name).with_description(about).with_callback(each).build();
    };
    counter("cache.requests", "Calls, by whether they found their result.", |memo, to| {
        observe(memo, to, Some(("cache.request.type", "hit")), memo.stats.hits);
        observe(memo, to, Some(("cache.request.type", "miss")), memo.stats.misses);
    });
    counter("cache.evictions", "Results evicted for the capacity.", |memo, to| {
        observe(memo, to, None, memo.stats.evicted);
    });
    counter("memo.computes", "Bodies that ran, by whether their result was stored.", |memo, to| {
        let rejected = memo.stats.rejected;
        observe(memo, to, Some(("outcome", "stored")), memo.stats.computes.saturating_sub(rejected));
        observe(memo, to, Some(("outcome", "rejected")), rejected);
    });
    counter("memo.waits", "Waits for the compute of another call.", |memo, to| {
        observe(memo, to, None, memo.stats.waits);
    });
    counter("memo.removed", "Results that went otherwise than by eviction, by why.", |memo, to| {
        observe(memo, to, Some(("cause", "object")), memo.stats.dropped);
        observe(memo, to, Some(("cause", "expired")), memo.stats.expired);
        observe(memo, to, Some(("cause", "cleared")), memo.stats.cleared);
        observe(memo, to, Some(("cause", "replaced")), memo.stats.replaced);
        observe(memo, to, Some(("cause", "abandoned")), memo.stats.abandoned);
    });
    let gauge = |name, unit, about, observe: fn(&Exported, &dyn AsyncInstrument<i64>)| {
        let all = Arc::clone(&all);
        let each = move |to: &dyn AsyncInstrument<i64>| all.now().iter().for_each(|memo| observe(memo, to));
        meter.i64_observable_up_down_counter(name).with_unit(unit).with_description(about).with_callback(each).build();
    };
    gauge("cache.entry.count", "{entry}", "Results that calls can find.", |memo, to| {
        observe(memo, to, None, signed(memo.stats.living()));
    });
    gauge("memo.held", "By", "Results themselves, what they own, and dead objects before the sweep.", |memo, to| {
        observe(memo, to, Some(("kind", "entries")), signed(memo.stats.entry_bytes));
        observe(memo, to, Some(("kind", "pinned")), signed(memo.stats.pinned_bytes));
        if let Some(bytes) = memo.stats.value_bytes {
            observe(memo, to, Some(("kind", "values")), signed(bytes));
        }
    });
    gauge("memo.retained", "{object}", "Living arguments that a result seems to hold.", |memo, to| {
        observe(memo, to, None, signed(memo.stats.suspected_leaks));
    });
    gauge("memo.in_flight", "{compute}", "Computes in progress.", |memo, to| {
        observe(memo, to, None, signed(memo.in_flight as u64));
    });
    let each = move |to: &dyn AsyncInstrument<f64>| {
        all.now().iter().for_each(|memo| observe(memo, to, None, memo.stats.compute_time.as_secs_f64()));
    };
    let time = meter.f64_observable_counter("memo.compute.time").with_unit("s");
    time.with_description("Time in bodies and in all that they call, estimated.").with_callback(each).build();
}

fn observe<T>(memo: &Exported, to: &dyn AsyncInstrument<T>, further: Option<(&'static str, &'static str)>, value: T) {
    let name = KeyValue::new("cache.name", memo.name.clone());
    match further {
        None => to.observe(value, &[name]),
        Some((key, word)) => to.observe(value, &[name, KeyValue::new(key, word)]),
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// What the instruments of one collection share.
#[derive(Default)]
struct Snapshot(Mutex<Option<(Instant, Arc<Vec<Exported>>)>>);

/// A collection takes less, and the next one comes later.
const FRESH: Duration = Duration::from_millis(50);

impl Snapshot {
    fn now(&self) -> Arc<Vec<Exported>> {
        if !HAS_CLOCK {
            return Arc::new(exported(NAMED));
        }
        let mut last = unpoisoned(self.0.lock());
        if let Some((_, all)) = last.as_ref().filter(|(taken, _)| taken.elapsed() < FRESH) {
            return Arc::clone(all);
        }
        let all = Arc::new(exported(NAMED));
        *last = Some((Instant::now(), Arc::clone(&all)));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memo_core::weak_memo;
    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

    /// The value of a series, by its attributes in the order of their names.
    fn value(all: &[ResourceMetrics], name: &str, attributes: &[(&str, &str)]) -> f64 {
        let last = all.last().expect("it was collected");
        let metric = last.scope_metrics().flat_map(|scope| scope.metrics()).find(|metric| metric.name() == name);
        let is = |of: &mut dyn Iterator<Item = &opentelemetry::KeyValue>| {
            let mut of: Vec<_> = of.map(|one| (one.key.as_str().to_owned(), one.value.as_str().into_owned())).collect();
            of.sort();
            of.iter().map(|(key, word)| (key.as_str(), word.as_str())).eq(attributes.iter().copied())
        };
        match metric.unwrap_or_else(|| panic!("{name} is there")).data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                sum.data_points().find(|one| is(&mut one.attributes())).map(|one| one.value() as f64)
            }
            AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                sum.data_points().find(|one| is(&mut one.attributes())).map(|one| one.value() as f64)
            }
            AggregatedMetrics::F64(MetricData::Sum(sum)) => {
                sum.data_points().find(|one| is(&mut one.attributes())).map(|one| one.value())
            }
            other => panic!("{name}: {other:?}"),
        }
        .unwrap_or_else(|| panic!("{name} has {attributes:?}"))
    }

    /// Collected by the real thing.
    #[test]
    fn a_collection_has_the_figures_of_the_statistics() {
        #[weak_memo(name = "observed", capacity = 2)]
        fn observed(of: &Arc<u8>, key: u8) -> Result<u8, u8> {
            if key == 9 { Err(key) } else { Ok(**of + key) }
        }
        let exporter = InMemoryMetricExporter::default();
        let provider =
            SdkMeterProvider::builder().with_reader(PeriodicReader::builder(exporter.clone()).build()).build();
        super::observe_metrics(&provider.meter("memo"));
        observed_memo().measure(|_: &Result<u8, u8>| 3);
        let of = Arc::new(1);
        _ = [1, 1, 2, 3, 9].map(|key| observed(&of, key));
        provider.force_flush().unwrap();
        let all = exporter.get_finished_metrics().unwrap();
        let name = ("cache.name", "observed");
        let figure = |of: &str, further: &[(&str, &str)]| value(&all, of, &[&[name], further].concat());
        assert_eq!(figure("cache.requests", &[("cache.request.type", "hit")]), 1.0);
        assert_eq!(figure("cache.requests", &[("cache.request.type", "miss")]), 4.0);
        assert_eq!((figure("cache.evictions", &[]), figure("cache.entry.count", &[])), (1.0, 2.0));
        assert_eq!(figure("memo.computes", &[("outcome", "stored")]), 3.0);
        assert_eq!(figure("memo.held", &[("kind", "values")]), 6.0);
        assert_eq!((figure("memo.in_flight", &[]), figure("memo.retained", &[])), (0.0, 0.0));
        assert!(figure("memo.compute.time", &[]) > 0.0);
        provider.shutdown().unwrap();
    }
}
