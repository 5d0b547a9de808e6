//! All memos in one table.

use std::fmt;

use crate::inspect::statistics::memos::{MemoInfo, memos, memos_estimated};
use crate::inspect::statistics::reporter;
use crate::inspect::statistics::stats::Counted;
use crate::inspect::statistics::verdict::Verdict;
use crate::sys::panics;

/// The statistics of every memo of the process so far. `Display` prints a table for people.
///
/// The column `living` counts results that calls can find. Lines below a memo's row name what is rare, such as results and memory of
/// dead arguments that await the sweep.
///
/// The column `computing` is the estimated time spent in bodies, and `mean` the time of one compute. Both include the bodies of other
/// memos that a body calls, so the column does not add up; `own` does, which leaves them out. There is no column for time saved: see
/// [`Stats::time_saved`](crate::Stats::time_saved).
///
/// Below the table is what the figures mean, the worst first: each [`Verdict`](crate::Verdict) with its memo and where that is; and then
/// what else there is to tell.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// All memos, in descending order of compute time.
    pub memos: Vec<MemoInfo>,
    /// Destructor panics swallowed in an amortised sweep, or while the thread was already unwinding.
    pub swallowed_panics: u64,
    /// What each [`Reporter`](crate::Reporter) adds, line by line: the stores of `memo-store`, say.
    pub also: Vec<String>,
}

/// Returns the statistics of all memos used so far.
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn len(text: &Arc<String>) -> usize {
///     text.len()
/// }
///
/// len(&Arc::default());
/// println!("{}", memo_core::report());
/// ```
#[must_use]
pub fn report() -> Report {
    of(memos())
}

/// Returns the statistics of all memos as [`report`] does, for who looks often: a page, an exporter.
///
/// In a program with more than some thousand objects, `awaiting_sweep` and `pinned_bytes` are estimated from a sample instead of counted.
///
/// # Cost
///
/// Of each memo a walk over the counters of all threads, and one over a sample of a few thousand objects for all memos together.
///
/// ```
/// assert_eq!(memo_core::overview().memos.len(), memo_core::report().memos.len());
/// ```
#[must_use]
pub fn overview() -> Report {
    of(memos_estimated())
}

fn of(mut memos: Vec<MemoInfo>) -> Report {
    memos.sort_by_key(|memo| std::cmp::Reverse(memo.stats.compute_time));
    Report { memos, swallowed_panics: panics::swallowed(), also: reporter::lines() }
}

const HEADS: [&str; COLUMNS] = ["memo", "hits", "misses", "hit %", "living", "dropped", "computing", "own", "mean"];
const COLUMNS: usize = 9;

/// A longer name gets a line of its own, above its figures.
const LONGEST_NAME: usize = 40;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; COLUMNS]> = self.memos.iter().map(row).collect();
        let mut widths = HEADS.map(|head| head.chars().count());
        for row in &rows {
            let widest = |at| if at == 0 { LONGEST_NAME } else { usize::MAX };
            for (at, (width, text)) in widths.iter_mut().zip(row).enumerate() {
                let count = text.chars().count();
                *width = if count <= widest(at) { count.max(*width) } else { *width };
            }
        }
        line(f, &HEADS.map(str::to_owned), &widths)?;
        writeln!(f, "{}", widths.map(|width| "-".repeat(width)).join("  "))?;
        for (row, memo) in rows.iter().zip(&self.memos) {
            line(f, row, &widths)?;
            remarks(f, memo)?;
        }
        self.verdicts(f)?;
        if self.swallowed_panics > 0 {
            let (one, many) = ("destructor panic was swallowed", "destructor panics were swallowed");
            writeln!(f, "{}", Counted(self.swallowed_panics, one, many))?;
        }
        self.also.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Report {
    /// The worst first; among equals, the memo that computes most.
    fn verdicts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_memo = |memo| move |&verdict| (verdict, memo);
        let all = self.memos.iter().flat_map(|memo| memo.verdicts.iter().map(of_memo(memo)));
        let mut all: Vec<(Verdict, &MemoInfo)> = all.collect();
        all.sort_by_key(|(verdict, _)| *verdict);
        for (verdict, memo) in all {
            writeln!(f, "! `{}` ({}:{}): {verdict}", memo.name, memo.file, memo.line)?;
        }
        Ok(())
    }
}

fn row(memo: &MemoInfo) -> [String; COLUMNS] {
    let stats = &memo.stats;
    [
        memo.name.clone(),
        stats.hits.to_string(),
        stats.misses.to_string(),
        format!("{:.1}", stats.hit_ratio() * 100.0),
        stats.living().to_string(),
        stats.dropped.to_string(),
        format!("{:.1?}", stats.compute_time),
        format!("{:.1?}", stats.own_time),
        format!("{:.1?}", stats.mean_compute_time()),
    ]
}

fn line(f: &mut fmt::Formatter<'_>, row: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> fmt::Result {
    for (at, (text, &width)) in row.iter().zip(widths).enumerate() {
        match at {
            0 if text.chars().count() > width => write!(f, "{text}\n{:width$}", "")?,
            0 => write!(f, "{text:<width$}")?,
            _ => write!(f, "  {text:>width$}")?,
        }
    }
    writeln!(f)
}

/// Lines under a memo's row, for figures that are rarely above 0.
fn remarks(f: &mut fmt::Formatter<'_>, memo: &MemoInfo) -> fmt::Result {
    let stats = &memo.stats;
    if stats.suspected_leaks > 0 {
        let (one, many) =
            ("argument seems to be held by its own result", "arguments seem to be held by their own result");
        write!(f, "  ! {} (", Counted(stats.suspected_leaks, one, many))?;
        if let Some(owner) = memo.suspected_owner {
            write!(f, "`{owner}`, ")?;
        }
        writeln!(f, "{}:{}): such a result is never dropped", memo.file, memo.line)?;
    }
    let gone = [
        (stats.inserts, "inserted"),
        (stats.evicted, "evicted"),
        (stats.expired, "expired"),
        (stats.cleared, "cleared"),
        (stats.replaced, "replaced"),
        (stats.rejected, "not stored"),
    ];
    let gone: Vec<String> = gone.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if !gone.is_empty() {
        writeln!(f, "  . {}", gone.join(", "))?;
    }
    if stats.abandoned > 0 {
        let (one, many) = ("result of an `Rc` outlived its thread", "results of `Rc`s outlived their threads");
        writeln!(f, "  ! {}", Counted(stats.abandoned, one, many))?;
    }
    if stats.awaiting_sweep > 0 {
        let (one, many) = ("result of a dead argument awaits the sweep", "results of dead arguments await the sweep");
        writeln!(f, "  . {}", Counted(stats.awaiting_sweep, one, many))?;
    }
    if stats.pinned_bytes > 0 {
        let (one, many) = ("byte of dead arguments awaits the sweep", "bytes of dead arguments await the sweep");
        writeln!(f, "  . {}", Counted(stats.pinned_bytes, one, many))?;
    }
    if let Some(bytes) = stats.value_bytes.filter(|bytes| *bytes > 0) {
        writeln!(f, "  . its results own some {}", Counted(bytes, "byte", "bytes"))?;
    }
    Ok(())
}
