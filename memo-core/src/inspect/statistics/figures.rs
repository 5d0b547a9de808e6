//! The statistics as a list: for exporters.

use std::time::Duration;

use crate::inspect::statistics::stats::Stats;

/// One figure of [`Stats`], as exporters want it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Figure {
    /// Its name, in the style of Prometheus: a counter ends with `_total`, a time with its unit before that.
    pub name: &'static str,
    /// Whether it only grows.
    pub kind: FigureKind,
    /// What it counts, in a sentence.
    pub help: &'static str,
    /// Its value: a number, or seconds.
    pub value: f64,
}

/// Whether a [`Figure`] only grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FigureKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
}

impl FigureKind {
    /// Returns `counter` or `gauge`, as the text formats of exporters spell it.
    ///
    /// ```
    /// assert_eq!(memo_core::FigureKind::Gauge.as_str(), "gauge");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

impl Stats {
    /// Returns all figures with their names and what they mean, in an order that does not change: for an exporter. What is not known is not among them:
    /// `value_bytes`, which comes last.
    ///
    /// # Examples
    ///
    /// In the text format of Prometheus:
    ///
    /// ```
    /// use std::fmt::Write;
    ///
    /// let stats = memo_core::Stats::default();
    /// let mut text = String::new();
    /// for figure in stats.figures() {
    ///     let name = format!("memo_{}", figure.name);
    ///     writeln!(text, "# HELP {name} {}\n# TYPE {name} {}", figure.help, figure.kind.as_str())?;
    ///     writeln!(text, "{name}{{memo=\"len\"}} {}", figure.value)?;
    /// }
    /// assert!(text.contains("# TYPE memo_hits_total counter\nmemo_hits_total{memo=\"len\"} 0\n"));
    /// # std::fmt::Result::Ok(())
    /// ```
    pub fn figures(&self) -> impl Iterator<Item = Figure> + use<> {
        use FigureKind::{Counter, Gauge};
        let counter = |name, help, value: u64| Figure { name, kind: Counter, help, value: value as f64 };
        let gauge = |name, help, value: u64| Figure { name, kind: Gauge, help, value: value as f64 };
        let seconds = |name, kind, help, value: Duration| Figure { name, kind, help, value: value.as_secs_f64() };
        [
            counter("hits_total", "Calls that found their result.", self.hits),
            counter("misses_total", "Calls that did not find their result.", self.misses),
            counter(
                "computes_total",
                "Bodies that ran: to the end, to a panic, or until they were dropped.",
                self.computes,
            ),
            counter("waits_total", "Waits for the compute of another call.", self.waits),
            counter("inserts_total", "Results stored by hand.", self.inserts),
            counter("dropped_total", "Results that went with an argument object.", self.dropped),
            counter("evicted_total", "Results evicted for the capacity.", self.evicted),
            counter("evicted_early_total", "Misses whose result had been evicted.", self.evicted_early),
            counter("expired_total", "Results that expired.", self.expired),
            counter("cleared_total", "Results removed by hand or by a change of their object.", self.cleared),
            counter("replaced_total", "Results replaced by newer ones.", self.replaced),
            counter("rejected_total", "Computes whose result was not stored.", self.rejected),
            counter("abandoned_total", "Results left behind by a thread that ended.", self.abandoned),
            seconds(
                "compute_seconds_total",
                Counter,
                "Time in bodies and in all that they call, estimated.",
                self.compute_time,
            ),
            seconds("own_seconds", Gauge, "Time in bodies without other memos, estimated.", self.own_time),
            gauge("living", "Results that calls can find.", self.living()),
            gauge("awaiting_sweep", "Results of dead objects that no sweep has reclaimed yet.", self.awaiting_sweep),
            gauge("pinned_bytes", "Bytes of dead objects that no sweep has reclaimed yet.", self.pinned_bytes),
            gauge("suspected_leaks", "Living arguments that a result seems to hold.", self.suspected_leaks),
            gauge("entry_bytes", "Bytes of the results themselves.", self.entry_bytes),
        ]
        .into_iter()
        .chain(self.value_bytes.map(|bytes| gauge("value_bytes", "Bytes that the results own, estimated.", bytes)))
    }
}
