//! All memos: what the page asks for every two seconds.

use std::sync::OnceLock;

use memo_core::{MemoInfo, Report, Stats};
use serde::Serialize;

use super::verdict::Said;

#[derive(Serialize)]
pub(crate) struct Overview<'a> {
    program: &'static str,
    /// In seconds since the routes were made: the clock of the history.
    taken: f64,
    control: bool,
    status: Option<&'a str>,
    swallowed_panics: u64,
    also: &'a [String],
    memos: Vec<Row<'a>>,
}

impl<'a> Overview<'a> {
    pub(crate) fn new(report: &'a Report, taken: f64, control: bool, status: Option<&'a str>) -> Self {
        let memos = report.memos.iter().map(Row::new).collect();
        Self {
            program: program(),
            taken,
            control,
            status,
            swallowed_panics: report.swallowed_panics,
            also: &report.also,
            memos,
        }
    }
}

/// A memo with what its statistics amount to.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    name: &'a str,
    file: &'static str,
    line: u32,
    options: &'static str,
    suspected_owner: Option<&'static str>,
    stats: &'a Stats,
    living: u64,
    hit_ratio: f64,
    /// These are seconds.
    compute_seconds: f64,
    own_seconds: f64,
    mean_seconds: f64,
    saved_seconds: f64,
    verdicts: Vec<Said>,
}

impl<'a> Row<'a> {
    pub(super) fn new(memo: &'a MemoInfo) -> Self {
        let stats = &memo.stats;
        Self {
            name: &memo.name,
            file: memo.file,
            line: memo.line,
            options: memo.options,
            suspected_owner: memo.suspected_owner,
            stats,
            living: stats.living(),
            hit_ratio: stats.hit_ratio(),
            compute_seconds: stats.compute_time.as_secs_f64(),
            own_seconds: stats.own_time.as_secs_f64(),
            mean_seconds: stats.mean_compute_time().as_secs_f64(),
            saved_seconds: stats.time_saved().as_secs_f64(),
            verdicts: Said::all(&memo.verdicts),
        }
    }
}

/// The name of the program's file, without its folders.
pub(super) fn program() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let file = std::env::current_exe().ok();
        file.and_then(|file| Some(file.file_stem()?.to_string_lossy().into_owned())).unwrap_or_default()
    })
}
