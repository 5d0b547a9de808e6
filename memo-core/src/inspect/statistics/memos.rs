//! Every memo used so far.

use super::awaiting::{Awaiting, OfAll};
use crate::inspect::handle::{clear, stats_of};
use crate::inspect::statistics::stats::Stats;
use crate::inspect::statistics::verdict::Verdict;
use crate::memo::all_memos;
use crate::memo::core::Core;
use crate::memo::names;
use crate::reclaim::leak_audit;
use crate::sys::panics::Panics;

/// One memo: its identity and its statistics so far.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MemoInfo {
    /// `module::function`, with the type of a method and the type arguments of an instantiation; or the name given in the attribute.
    pub name: String,
    /// The source file of the function.
    pub file: &'static str,
    /// The line in that file.
    pub line: u32,
    /// The options of its attribute, as written.
    pub options: &'static str,
    /// The type of the owner, if a result ever seemed to hold one.
    pub suspected_owner: Option<&'static str>,
    /// The statistics.
    pub stats: Stats,
    /// What they mean, the worst first: see [`Verdict`].
    pub verdicts: Vec<Verdict>,
}

/// Returns every memo used so far in this process, one for each instantiation, in the order of first use.
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// #[weak_memo(name = "text length")]
/// fn len(text: &Arc<String>) -> usize {
///     text.len()
/// }
///
/// len(&Arc::default());
/// assert!(memo_core::memos().iter().any(|memo| memo.name == "text length"));
/// ```
#[must_use]
pub fn memos() -> Vec<MemoInfo> {
    let memos = all_memos::all().clone();
    let awaiting = OfAll::now();
    memos.into_iter().map(|core| info(core, awaiting.of(core))).collect()
}

/// The same, but what awaits the sweep is estimated where there are many objects.
pub(super) fn memos_estimated() -> Vec<MemoInfo> {
    let memos = all_memos::all().clone();
    let awaiting = OfAll::estimate();
    memos.into_iter().map(|core| info(core, awaiting.of(core))).collect()
}

pub(in crate::inspect) fn info(core: &'static Core, awaiting: Awaiting) -> MemoInfo {
    let (site, stats) = (core.site(), stats_of(core, awaiting));
    MemoInfo {
        name: names::name(core).to_owned(),
        file: site.file,
        line: site.line,
        options: site.options,
        suspected_owner: leak_audit::owner_type(core),
        verdicts: Verdict::of(&stats),
        stats,
    }
}

/// Clears every memo except those that lend.
///
/// Memos of `Rc` owners and `local` memos drop the results of this thread.
///
/// # Panics
///
/// If the destructor of a result panics, once all results are dropped.
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
/// let text = Arc::new(String::new());
/// len(&text);
/// memo_core::clear_all();
/// assert_eq!(len_memo().get(&text), None);
/// ```
pub fn clear_all() {
    let memos = all_memos::all().clone();
    let mut panics = Panics::default();
    for core in memos.into_iter().filter(|core| !core.site().lends) {
        panics.run(|| clear(core));
    }
    panics.resume();
}
