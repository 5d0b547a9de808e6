//! One memo, with all figures and what they mean.

use memo_core::{FigureKind, MemoInfo};
use serde::Serialize;

use super::overview::{Row, program};
use crate::source::{Misses, Times};

#[derive(Serialize)]
pub(crate) struct OneMemo<'a> {
    program: &'static str,
    taken: f64,
    control: bool,
    status: Option<&'a str>,
    memo: Row<'a>,
    figures: Vec<Shown>,
    #[serde(flatten)]
    times: Times,
    #[serde(flatten)]
    misses: Misses,
}

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: f64,
}

impl<'a> OneMemo<'a> {
    pub(crate) fn new(info: &'a MemoInfo, taken: f64, control: bool, status: Option<&'a str>) -> Self {
        let figures = info.stats.figures().map(|figure| {
            let kind = FigureKind::as_str(figure.kind);
            Shown { name: figure.name, kind, help: figure.help, value: figure.value }
        });
        let (times, misses) = (Times::of(&info.name), Misses::of(&info.name));
        let figures = figures.collect();
        Self { program: program(), taken, control, status, memo: Row::new(info), figures, times, misses }
    }
}
