//! One memo, with all figures and what they mean.

use memo_core::{FigureKind, MemoInfo};
use serde::Serialize;

use super::overview::{Row, program};
use crate::source::AnyMemo;

#[derive(Serialize)]
pub(crate) struct OneMemo<'a> {
    program: &'static str,
    taken: f64,
    control: bool,
    memo: Row<'a>,
    figures: Vec<Shown>,
    /// Whether the last misses are noted.
    explained: bool,
    /// How many of them had which reason.
    reasons: Vec<(&'static str, u64)>,
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
        let figures = info.stats.figures().map(|figure| {
            let kind = FigureKind::as_str(figure.kind);
            Shown { name: figure.name, kind, help: figure.help, value: figure.value }
        });
        let memo = AnyMemo::named(&info.name);
        Self {
            program: program(),
            taken,
            control,
            memo: Row::new(info),
            figures: figures.collect(),
            explained: memo.as_ref().is_some_and(AnyMemo::is_explained),
            reasons: memo.as_ref().map_or_else(Vec::new, AnyMemo::miss_reasons),
            misses: memo.as_ref().map_or_else(Vec::new, AnyMemo::misses),
        }
    }
}
