//! The statistics of all memos by the facade `metrics`, for whichever exporter a program has installed.

use metrics::{Label, Unit};

use crate::inspect::any_memo::AnyMemo;
use crate::inspect::statistics::exported::{Exported, NAMED, OTHER, exported, memos_by_series};
use crate::inspect::statistics::stats::Stats;

/// Publishes the statistics of all memos through the facade of the crate [`metrics`], with the feature `metrics`.
///
/// Call it as often as your exporter is asked, or every few seconds: it reads what is counted anyway, as [`overview`](crate::overview) does, and a hit pays nothing for
/// it. All figures have the label `memo`, the memo's name. The first 200 memos have series of their own, all later ones share `memo="other"`. A memo is
/// listed from its first call, or from when its statistics were first asked for: `f_memo().stats()` at the start lets its series begin at 0.
///
/// | name | kind | further labels |
/// |---|---|---|
/// | `memo_requests_total` | counter | `result`: `hit`, `miss` |
/// | `memo_misses_total` | counter, of memos whose misses are [explained](crate::Memo::explain) | `reason`: [`MissReason::as_str`](crate::MissReason::as_str) |
/// | `memo_computes_total` | counter | `outcome`: `stored`, `rejected` |
/// | `memo_waits_total` | counter | |
/// | `memo_removed_total` | counter | `cause`: `object`, `evicted`, `expired`, `cleared`, `replaced`, `abandoned` |
/// | `memo_evicted_early_total` | counter | |
/// | `memo_compute_seconds` | gauge that only grows, since the facade's counters are whole numbers | |
/// | `memo_compute_duration_seconds` | gauge, as exact as [`ComputeTimes`](crate::ComputeTimes) | `quantile`: `0.5`, `0.99` |
/// | `memo_own_seconds` | gauge: [`Stats::own_time`] | |
/// | `memo_entries` | gauge | `state`: `living`, `awaiting_sweep` |
/// | `memo_held_bytes` | gauge | `kind`: `entries`, `pinned`, and `values` where it was said how to [measure](crate::Memo::measure) them |
/// | `memo_retained` | gauge: living arguments that a result seems to hold | |
/// | `memo_in_flight` | gauge: computes in progress | |
///
/// # Panics
///
/// If the exporter does.
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use metrics_exporter_prometheus::PrometheusBuilder;
/// use std::sync::Arc;
///
/// #[weak_memo(name = "words")]
/// fn words(text: &Arc<String>) -> usize {
///     text.split_whitespace().count()
/// }
///
/// let exporter = PrometheusBuilder::new().install_recorder()?;
/// words_memo().stats(); // listed from the start
/// let text = Arc::new(String::from("to be"));
/// assert_eq!((words(&text), words(&text)), (2, 2));
///
/// // When it is asked for them:
/// memo_core::publish_metrics();
/// assert!(exporter.render().contains(r#"memo_requests_total{memo="words",result="hit"} 1"#));
/// # Ok::<(), metrics_exporter_prometheus::BuildError>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub fn publish_metrics() {
    describe();
    publish_all(NAMED);
}

fn publish_all(most: usize) {
    for Exported { name, stats, in_flight } in exported(most) {
        publish(&name, &stats, in_flight);
    }
    for (name, memo) in memos_by_series(most) {
        publish_reasons(name, memo);
        publish_times(name, memo);
    }
}

fn describe() {
    use metrics::{describe_counter, describe_gauge};
    describe_counter!("memo_requests_total", "Calls, by whether they found their result.");
    describe_counter!("memo_misses_total", "Misses by reason, since they are explained.");
    describe_counter!("memo_computes_total", "Bodies that ran, by whether their result was stored.");
    describe_counter!("memo_waits_total", "Waits for the compute of another call.");
    describe_counter!("memo_removed_total", "Results that went, by why.");
    describe_counter!("memo_evicted_early_total", "Misses whose result had been evicted.");
    describe_gauge!("memo_compute_seconds", Unit::Seconds, "Time in bodies and in all that they call, estimated.");
    describe_gauge!("memo_compute_duration_seconds", Unit::Seconds, "How long computes took at most, estimated.");
    describe_gauge!("memo_own_seconds", Unit::Seconds, "Time in bodies without other memos, estimated.");
    describe_gauge!("memo_entries", "Results, by whether their objects live.");
    describe_gauge!(
        "memo_held_bytes",
        Unit::Bytes,
        "Results themselves, what they own, and dead objects before the sweep."
    );
    describe_gauge!("memo_retained", "Living arguments that a result seems to hold.");
    describe_gauge!("memo_in_flight", "Computes in progress.");
}

/// Those that share a series are explained one by one: their sum is nobody's.
fn publish_reasons(series: &'static str, memo: AnyMemo) {
    if series == OTHER {
        return;
    }
    for (reason, n) in memo.miss_reasons() {
        metrics::counter!("memo_misses_total", "memo" => series, "reason" => reason).absolute(n);
    }
}

/// As a summary: the facade has no histograms that are counted already, and would be told of each compute by itself.
fn publish_times(series: &'static str, memo: AnyMemo) {
    if series == OTHER {
        return;
    }
    let times = memo.compute_times();
    for (quantile, share) in [("0.5", 0.5), ("0.99", 0.99)] {
        if let Some(time) = times.at_most(share).filter(|_| times.computes() > 0) {
            metrics::gauge!("memo_compute_duration_seconds", "memo" => series, "quantile" => quantile)
                .set(time.as_secs_f64());
        }
    }
}

fn publish(memo: &str, stats: &Stats, in_flight: usize) {
    let labels = |further: Option<(&'static str, &'static str)>| {
        let further = further.map(|(key, value)| Label::new(key, value));
        std::iter::once(Label::new("memo", memo.to_owned())).chain(further).collect::<Vec<_>>()
    };
    let count = |name: &'static str, further, n: u64| metrics::counter!(name, labels(further)).absolute(n);
    let measure = |name: &'static str, further, value: f64| metrics::gauge!(name, labels(further)).set(value);
    count("memo_requests_total", Some(("result", "hit")), stats.hits);
    count("memo_requests_total", Some(("result", "miss")), stats.misses);
    count("memo_computes_total", Some(("outcome", "stored")), stats.computes.saturating_sub(stats.rejected));
    count("memo_computes_total", Some(("outcome", "rejected")), stats.rejected);
    count("memo_waits_total", None, stats.waits);
    let removed = [
        ("object", stats.dropped),
        ("evicted", stats.evicted),
        ("expired", stats.expired),
        ("cleared", stats.cleared),
        ("replaced", stats.replaced),
        ("abandoned", stats.abandoned),
    ];
    for (cause, n) in removed {
        count("memo_removed_total", Some(("cause", cause)), n);
    }
    count("memo_evicted_early_total", None, stats.evicted_early);
    measure("memo_compute_seconds", None, stats.compute_time.as_secs_f64());
    measure("memo_own_seconds", None, stats.own_time.as_secs_f64());
    measure("memo_entries", Some(("state", "living")), stats.living() as f64);
    measure("memo_entries", Some(("state", "awaiting_sweep")), stats.awaiting_sweep as f64);
    measure("memo_held_bytes", Some(("kind", "entries")), stats.entry_bytes as f64);
    measure("memo_held_bytes", Some(("kind", "pinned")), stats.pinned_bytes as f64);
    if let Some(bytes) = stats.value_bytes {
        measure("memo_held_bytes", Some(("kind", "values")), bytes as f64);
    }
    measure("memo_retained", None, stats.suspected_leaks as f64);
    measure("memo_in_flight", None, in_flight as f64);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memo_core::weak_memo;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use prometheus_parse::{Scrape, Value};

    use super::*;

    fn value(scrape: &Scrape, name: &str, memo: &str, further: Option<(&str, &str)>) -> f64 {
        let of = |sample: &&prometheus_parse::Sample| {
            sample.metric == name
                && sample.labels.get("memo") == Some(memo)
                && further.is_none_or(|(key, value)| sample.labels.get(key) == Some(value))
        };
        let found: Vec<_> = scrape.samples.iter().filter(of).collect();
        assert_eq!(found.len(), 1, "{name} of {memo}");
        match found[0].value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => value,
            ref other => panic!("{name}: {other:?}"),
        }
    }

    fn scrape(most: usize) -> Scrape {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || publish_all(most));
        let text = recorder.handle().render();
        Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("it can be parsed")
    }

    /// By a real exporter, and read by a real parser.
    #[test]
    fn a_scrape_has_the_figures_of_the_statistics() {
        #[weak_memo(name = "scraped", capacity = 2)]
        fn scraped(of: &Arc<u8>, key: u8) -> Result<u8, u8> {
            if key == 9 { Err(key) } else { Ok(**of + key) }
        }
        _ = scraped_memo().stats();
        let before = scrape(usize::MAX);
        assert_eq!(value(&before, "memo_requests_total", "scraped", Some(("result", "hit"))), 0.0);

        let of = Arc::new(1);
        _ = [1, 1, 2, 3, 9].map(|key| scraped(&of, key));
        let (now, stats) = (scrape(usize::MAX), scraped_memo().stats());
        let figure = |name, further| value(&now, name, "scraped", further);
        assert_eq!((stats.hits, stats.misses, stats.evicted, stats.rejected), (1, 4, 1, 1));
        assert_eq!(figure("memo_requests_total", Some(("result", "hit"))), 1.0);
        assert_eq!(figure("memo_requests_total", Some(("result", "miss"))), 4.0);
        assert_eq!(figure("memo_computes_total", Some(("outcome", "stored"))), 3.0);
        assert_eq!(figure("memo_computes_total", Some(("outcome", "rejected"))), 1.0);
        assert_eq!(figure("memo_removed_total", Some(("cause", "evicted"))), 1.0);
        assert_eq!(figure("memo_entries", Some(("state", "living"))), 2.0);
        assert_eq!(figure("memo_in_flight", None), 0.0);
        assert!(figure("memo_compute_seconds", None) >= figure("memo_own_seconds", None));
        scraped_memo().explain(true);
        _ = scraped(&of, 9);
        let reasons = scrape(usize::MAX);
        let took = value(&reasons, "memo_compute_duration_seconds", "scraped", Some(("quantile", "0.99")));
        assert!((0.0..60.0).contains(&took) && took > 0.0, "{took}");
        let reason = |reason| value(&reasons, "memo_misses_total", "scraped", Some(("reason", reason)));
        assert_eq!((reason("new_key"), reason("evicted")), (1.0, 0.0));
        drop(of);
        crate::sweep();
        let now = scrape(usize::MAX);
        assert_eq!(value(&now, "memo_removed_total", "scraped", Some(("cause", "object"))), 2.0);
        assert_eq!(value(&now, "memo_entries", "scraped", Some(("state", "living"))), 0.0);
    }

    /// A program may have more instantiations than a store of metrics bears.
    #[test]
    fn memos_after_the_first_share_their_series() {
        #[weak_memo]
        fn one(of: &Arc<u8>) -> u8 {
            **of
        }
        #[weak_memo]
        fn more(of: &Arc<u8>) -> u8 {
            // While it computes, it is in flight.
            let now = scrape(0);
            assert!(value(&now, "memo_in_flight", "other", None) >= 1.0);
            assert!(value(&now, "memo_requests_total", "other", Some(("result", "miss"))) >= 2.0);
            assert_eq!(now.samples.iter().filter(|sample| sample.labels.get("memo") != Some("other")).count(), 0);
            **of
        }
        let of = Arc::new(1);
        assert_eq!((one(&of), more(&of)), (1, 1));
    }
}
