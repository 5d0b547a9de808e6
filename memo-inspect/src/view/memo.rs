//! One memo, with all figures and what they mean.

use memo_core::{FigureKind, MemoInfo};
use serde::Serialize;

use super::overview::Row;
use crate::source::AnyMemo;

#[derive(Serialize)]
pub(crate) struct OneMemo<'a> {
    taken: f64,
    control: bool,
    memo: Row<'a>,
    figures: Vec<Shown>,
    /// Whether the last misses are noted.
    explained: bool,
    /// A sentence for each.
    misses: Vec<String>,
}

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: f64,
}

impl<'a> OneMemo<'a> {
    pub(crate) fn new(info: &'a MemoInfo, taken: f64, control: bool) -> Self {
        let handle = AnyMemo::named(&info.name);
        let (explained, misses) = handle.map_or((false, Vec::new()), |memo| (memo.is_explained(), memo.misses()));
        let figures = info.stats.figures().map(|figure| {
            let kind = FigureKind::as_str(figure.kind);
            Shown { name: figure.name, kind, help: figure.help, value: figure.value }
        });
        Self { taken, control, memo: Row::new(info), figures: figures.collect(), explained, misses }
    }
}
