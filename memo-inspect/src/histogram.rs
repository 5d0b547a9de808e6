//! How long computes took, as a histogram in the text format of Prometheus.

use std::fmt::Write;
use std::time::Duration;

use memo_core::ComputeTimes;

const NAME: &str = "memo_compute_duration_seconds";

/// Every second span is a bucket of its own: 16 for each memo.
const EACH: usize = 2;

pub(crate) fn head(text: &mut String) {
    _ = writeln!(text, "# HELP {NAME} How long computes took, estimated.\n# TYPE {NAME} histogram");
}

/// The series of one label. `took` is the sum of the times.
pub(crate) fn series(text: &mut String, label: &str, times: &ComputeTimes, took: Duration) {
    let mut all = 0;
    for (span, (end, computes)) in times.spans().enumerate() {
        all += computes;
        if let Some(end) = end.filter(|_| span % EACH == 0) {
            _ = writeln!(text, "{NAME}_bucket{{memo=\"{label}\",le=\"{}\"}} {all}", end.as_secs_f64());
        }
    }
    _ = writeln!(text, "{NAME}_bucket{{memo=\"{label}\",le=\"+Inf\"}} {all}");
    _ = writeln!(text, "{NAME}_sum{{memo=\"{label}\"}} {}\n{NAME}_count{{memo=\"{label}\"}} {all}", took.as_secs_f64());
}
