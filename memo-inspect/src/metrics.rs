//! The figures in the text format of Prometheus.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use memo_core::{AnyMemo, Figure, MemoInfo, Stats};

use crate::histogram;

/// So many memos have series of their own. All others share those of `other`: a program may have as many instantiations as it has types.
const NAMED: usize = 200;
const OTHER: &str = "other";

pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Which memos have series of their own: the busiest, and for good, since a series that ends and comes again is no series.
#[derive(Default)]
pub(crate) struct Series {
    named: HashSet<String>,
}

/// The figures of one memo, or the sums of several, below a label. What is not known of a memo is not among them.
struct Labelled {
    label: String,
    figures: Vec<Figure>,
}

impl Series {
    pub(crate) fn text(&mut self, memos: &[MemoInfo]) -> String {
        self.name_the_busiest(memos);
        let all = self.labelled(memos);
        let mut text = String::new();
        for Figure { name, kind, help, .. } in kinds(&all) {
            _ = writeln!(text, "# HELP memo_{name} {help}\n# TYPE memo_{name} {}", kind.as_str());
            for Labelled { label, figures } in &all {
                if let Some(Figure { value, .. }) = find(figures, name) {
                    _ = writeln!(text, "memo_{name}{{memo=\"{label}\"}} {value}");
                }
            }
        }
        self.histograms(&mut text, memos);
        self.reasons(&mut text);
        text
    }

    /// Of memos that have series of their own and whose misses are, or were, explained. `memo_misses_total` has all misses, so these have another name.
    fn reasons(&self, text: &mut String) {
        const NAME: &str = "memo_explained_misses_total";
        _ = writeln!(text, "# HELP {NAME} Misses by reason, since they are explained.\n# TYPE {NAME} counter");
        for memo in AnyMemo::all().into_iter().filter(|memo| self.named.contains(memo.name())) {
            let label = escaped(memo.name());
            for (reason, misses) in memo.miss_reasons() {
                _ = writeln!(text, "{NAME}{{memo=\"{label}\",reason=\"{reason}\"}} {misses}");
            }
        }
    }

    /// Of the memos that have series of their own, and of those that were called.
    fn histograms(&self, text: &mut String, memos: &[MemoInfo]) {
        histogram::head(text);
        let took: HashMap<_, _> = memos.iter().map(|memo| (memo.name.as_str(), memo.stats.compute_time)).collect();
        for memo in AnyMemo::all().into_iter().filter(|memo| self.named.contains(memo.name())) {
            let (times, took) = (memo.compute_times(), took.get(memo.name()).copied().unwrap_or_default());
            if times.computes() > 0 {
                histogram::series(text, &escaped(memo.name()), &times, took);
            }
        }
    }

    fn name_the_busiest(&mut self, memos: &[MemoInfo]) {
        let is_new = |memo: &&MemoInfo| !self.named.contains(&memo.name) && memo.name != OTHER;
        let mut new: Vec<_> = memos.iter().filter(is_new).collect();
        new.sort_by_key(|memo| std::cmp::Reverse(memo.stats.hits + memo.stats.misses));
        let free = NAMED - self.named.len();
        self.named.extend(new.into_iter().take(free).map(|memo| memo.name.clone()));
    }

    fn labelled(&self, memos: &[MemoInfo]) -> Vec<Labelled> {
        let (named, rest): (Vec<_>, Vec<_>) = memos.iter().partition(|memo| self.named.contains(&memo.name));
        let figures = |memo: &MemoInfo| memo.stats.figures().collect();
        let by_name = |memo: &MemoInfo| Labelled { label: escaped(&memo.name), figures: figures(memo) };
        let other =
            rest.into_iter().map(figures).reduce(sum).map(|figures| Labelled { label: OTHER.to_owned(), figures });
        named.into_iter().map(by_name).chain(other).collect()
    }
}

/// One of each kind that a memo has.
fn kinds(all: &[Labelled]) -> Vec<Figure> {
    let mut kinds: Vec<Figure> = Stats::default().figures().collect();
    for figure in all.iter().flat_map(|labelled| &labelled.figures) {
        if find(&kinds, figure.name).is_none() {
            kinds.push(*figure);
        }
    }
    kinds
}

fn find<'a>(figures: &'a [Figure], name: &str) -> Option<&'a Figure> {
    figures.iter().find(|figure| figure.name == name)
}

fn sum(mut sums: Vec<Figure>, more: Vec<Figure>) -> Vec<Figure> {
    for figure in more {
        match sums.iter_mut().find(|sum| sum.name == figure.name) {
            Some(sum) => sum.value += figure.value,
            None => sums.push(figure),
        }
    }
    sums
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memo_core::weak_memo;

    use super::*;

    fn many(count: usize) -> Vec<MemoInfo> {
        #[weak_memo]
        fn counted(of: &Arc<u8>) -> u8 {
            **of
        }
        counted(&Arc::new(1));
        let one = memo_core::memos().into_iter().next().expect("one was called");
        let numbered = |number: usize| {
            let mut memo = one.clone();
            (memo.name, memo.stats.hits, memo.stats.misses) = (format!("memo {number}"), number as u64, 0);
            memo
        };
        (0..count).map(numbered).collect()
    }

    fn lines<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
        text.lines().filter(|line| line.starts_with(start)).collect()
    }

    #[test]
    fn the_busiest_are_named_and_the_rest_is_summed() {
        let (mut series, memos) = (Series::default(), many(203));
        let text = series.text(&memos);
        assert_eq!(lines(&text, "memo_hits_total{").len(), NAMED + 1);
        assert_eq!(lines(&text, "memo_hits_total{memo=\"other\"}"), ["memo_hits_total{memo=\"other\"} 3"]);
        assert_eq!(lines(&text, "# TYPE memo_hits_total "), ["# TYPE memo_hits_total counter"]);
    }

    #[test]
    fn who_has_a_series_keeps_it() {
        let (mut series, mut memos) = (Series::default(), many(203));
        series.text(&memos);
        memos[0].stats.hits = 1_000_000;
        let text = series.text(&memos);
        assert_eq!(lines(&text, "memo_hits_total{memo=\"other\"}"), ["memo_hits_total{memo=\"other\"} 1000003"]);
    }

    #[test]
    fn a_memo_called_other_makes_no_second_series() {
        let mut memos = many(2);
        memos[0].name = "other".into();
        let text = Series::default().text(&memos);
        assert_eq!(lines(&text, "memo_hits_total{memo=\"other\"}"), ["memo_hits_total{memo=\"other\"} 0"]);
    }

    #[test]
    fn what_is_known_of_some_memos_only_is_told_of_those() {
        let mut memos = many(203);
        memos[1].stats.value_bytes = Some(8);
        memos[200].stats.value_bytes = Some(16);
        let text = Series::default().text(&memos);
        let expected = ["memo_value_bytes{memo=\"memo 200\"} 16", "memo_value_bytes{memo=\"other\"} 8"];
        assert_eq!(lines(&text, "memo_value_bytes{"), expected);
        assert_eq!(lines(&text, "# TYPE memo_value_bytes "), ["# TYPE memo_value_bytes gauge"]);
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(escaped("a\\b\"c\nd"), "a\\\\b\\\"c\\nd");
    }
}
