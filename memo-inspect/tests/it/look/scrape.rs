use std::collections::HashSet;

use prometheus_parse::{Scrape, Value};

use crate::client::get;
use crate::memos::{reported, used_memo};

/// Read by a real parser.
#[test]
fn a_scrape_has_the_figures_of_the_report() {
    let name = "scraped \\ \"quoted\"\nin lines";
    let _lives = used_memo!("scraped \\ \"quoted\"\nin lines");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let answer = get(&server, "/metrics");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")));
    let scrape = Scrape::parse(answer.body.lines().map(|line| Ok(line.to_owned()))).expect("it can be parsed");
    let escaped = [name.to_owned(), name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")];
    for figure in reported(name).stats.figures() {
        let metric = format!("memo_{}", figure.name);
        let is_it = |sample: &&prometheus_parse::Sample| {
            let label = sample.labels.get("memo").unwrap_or_default();
            sample.metric == metric && escaped.iter().any(|name| name == label)
        };
        let found: Vec<_> = scrape.samples.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{metric}");
        match found[0].value {
            Value::Counter(value) | Value::Gauge(value) => assert_eq!(value, figure.value, "{metric}"),
            ref other => panic!("{metric}: {other:?}"),
        }
        assert_eq!(scrape.docs[&metric], figure.help);
    }
}

#[test]
fn compute_times_are_a_histogram() {
    let _lives = used_memo!("timed");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let body = get(&server, "/metrics").body;
    let scrape = Scrape::parse(body.lines().map(|line| Ok(line.to_owned()))).expect("it can be parsed");
    let is_it = |sample: &&prometheus_parse::Sample| {
        sample.metric == "memo_compute_duration_seconds" && sample.labels.get("memo") == Some("timed")
    };
    let Value::Histogram(buckets) = &scrape.samples.iter().find(is_it).expect("it is there").value else {
        panic!("it is none");
    };
    let counts: Vec<_> = buckets.iter().map(|bucket| bucket.count).collect();
    assert!(counts.is_sorted() && counts.last() == Some(&(reported("timed").stats.computes as f64)), "{counts:?}");
    assert_eq!(buckets.last().map(|bucket| bucket.less_than), Some(f64::INFINITY));
}

#[test]
fn help_and_type_come_once_and_no_series_twice() {
    let _lives = used_memo!("counted once");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let text = get(&server, "/metrics").body;
    let mut seen = HashSet::new();
    for line in text.lines() {
        let series = if line.starts_with('#') { line } else { line.rsplit_once(' ').expect("a value").0 };
        assert!(seen.insert(series), "{series}");
    }
    // Two more are the histogram and the reasons.
    let count = memo_core::Stats::default().figures().count() + 2;
    assert_eq!(text.lines().filter(|line| line.starts_with("# TYPE ")).count(), count);
    assert_eq!(text.lines().filter(|line| line.starts_with("# HELP ")).count(), count);
}

#[test]
fn misses_that_are_explained_have_their_reasons() {
    #[memo_core::weak_memo(name = "reasoned", capacity = 1)]
    fn reasoned(of: &std::sync::Arc<u8>, key: u8) -> u8 {
        **of + key
    }
    let of = std::sync::Arc::new(1);
    reasoned_memo().explain(true);
    _ = [1, 2, 1].map(|key| reasoned(&of, key));
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let body = get(&server, "/metrics").body;
    let scrape = Scrape::parse(body.lines().map(|line| Ok(line.to_owned()))).expect("it can be parsed");
    let of_it = |sample: &&prometheus_parse::Sample| {
        sample.metric == "memo_explained_misses_total" && sample.labels.get("memo") == Some("reasoned")
    };
    let mut all: Vec<_> = scrape.samples.iter().filter(of_it).collect();
    all.retain(|sample| !matches!(sample.value, Value::Counter(0.0)));
    let told: Vec<_> = all.iter().map(|sample| (sample.labels.get("reason"), sample.value.clone())).collect();
    let one = |reason| (Some(reason), Value::Counter(1.0));
    assert_eq!(told, [one("new_object"), one("new_key"), one("evicted")]);
}
