//! The end of a thread's own table.
//!
//! When the thread ends, its table is freed, except the nodes of living `Rc`s whose results were lent: an `Rc` that was leaked, or
//! that a later destructor holds, may have lent a result for `'static`. These nodes stay, with the rest of the table, and their results
//! count as abandoned. A table made after that is freed once more, when the destructors registered by then have run. From then on, a
//! table is freed at the end of each outermost call.

use std::sync::OnceLock;

use super::sweep;
use crate::anchor::back_link;
use crate::anchor::side_table::end_of_nodes;
use crate::anchor::side_table::local;
use crate::anchor::side_table::node::Node;
use crate::anchor::side_table::shard::Chain;
use crate::memo::all_memos;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::{abandoned_with_table, counters};
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::Panics;
use crate::sys::thread::{self, Step};

/// Makes sure that the table which this thread is about to make will be freed.
#[inline]
pub(super) fn arm() {
    // On a thread that is ending there may be a table that stayed for lent results.
    if (!local::exists() || thread::is_late()) && !thread::at_end(Step::CloseTable, close) {
        // Too late for that: it is freed at the very end, or with the call.
        thread::at_end_again(Step::CloseTable);
    }
}

/// Frees the table, except what may be lent for `'static`.
pub(super) fn close() {
    // Values dropped here may make a new table, but not endlessly.
    for _ in 0..4 {
        if !local::exists() {
            return;
        }
        // A panic would abort the process here: the thread has no caller left to receive it.
        let mut panics = Panics::default();
        panics.run(sweep::sweep_here);
        let mut ended = TABLE_GOES.get().map_or(0, |act| act(&mut panics));
        ended += end_what_is_not_lent(&mut panics);
        // Those that are alive live on elsewhere, or have no result that could be lent.
        let free = end_of_nodes::end_all(local::take_if(|node| !may_be_lent(node)), &mut panics);
        local::give_back(free, const { Chain::new() });
        local::trim();
        panics.swallow();
        if local::exists() && ended == 0 {
            break;
        }
    }
    if local::exists() {
        count_abandoned();
    }
}

static TABLE_GOES: OnceLock<fn(&mut Panics) -> usize> = OnceLock::new();

/// From now on `act` is called before a thread frees its table. It returns how many times it ran user code.
pub(crate) fn before_table_goes(act: fn(&mut Panics) -> usize) {
    TABLE_GOES.get_or_init(|| act);
}

/// Whether a result may be lent for `'static`: a result of an `Rc` that was leaked, or that a later destructor holds; or a result in
/// which this object takes part, of any kind, and which would end with the object's node.
fn may_be_lent(node: &Node) -> bool {
    node.life().is_alive() && (node.life().is_thread_bound() && has_lent(node) || takes_part_in_lent(node))
}

fn has_lent(node: &Node) -> bool {
    let mut lent = false;
    each_lent(node, |_, results| lent |= results > 0);
    lent
}

fn takes_part_in_lent(node: &Node) -> bool {
    let mut lent = false;
    if let Some(peer) = back_link::find(node.anchor()) {
        peer.each_entry(|cell, _| lent |= cell.memo().site().lends);
    }
    lent
}

/// Visits the lending memos on a node, with the number of their results.
fn each_lent(node: &Node, mut visit: impl FnMut(&'static Core, usize)) {
    node.anchor().cells().each(|cell| {
        // SAFETY: the node's cells are alive.
        let core = unsafe { cell.as_ref() }.memo();
        if core.site().lends {
            // SAFETY: the vtable is that of the cell's memo.
            visit(core, unsafe { (core.vtable().ready)(cell) });
        }
    });
}

/// Counts the results left in the table as abandoned: they outlive their thread, unless a later destructor drops their `Rc` after all.
fn count_abandoned() {
    let mut stays: Vec<(&'static Core, u64)> = Vec::new();
    local::each(&mut |node: &Node| {
        each_lent(node, |core, results| match stays.iter_mut().find(|(other, _)| std::ptr::eq(*other, core)) {
            Some((_, all)) => *all += results as u64,
            None => stays.push((core, results as u64)),
        });
    });
    for (core, results) in stays {
        let more = abandoned_with_table::note(core, results);
        counters::count(core, Count::Abandoned, more);
    }
}

/// Drops the results of memos that return by clone, which cannot be borrowed: they are dropped with their thread, even if their
/// owner lives on. Returns how many.
fn end_what_is_not_lent(panics: &mut Panics) -> usize {
    let mut ended = 0;
    let memos = all_memos::all().clone();
    for core in memos.into_iter().filter(|core| core.is_local() && !core.site().lends) {
        for cell in local::listed(core) {
            // Entries of this thread's own memos are never put into a batch.
            ended += cell.empty(Count::Dropped, &mut Batch::default(), panics);
            panics.drop(cell);
        }
    }
    ended
}
