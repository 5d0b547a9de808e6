//! Walks over the side table that count the living results; these may be slow.

use crate::anchor::any_cell::{self, CellRef};
use crate::anchor::side_table::node::Node;
use crate::anchor::side_table::{local, shared};
use crate::memo::core::Core;

/// How many results of `core` in the shared table have living arguments only.
pub(crate) fn living_entries(core: &'static Core) -> usize {
    let mut found = 0;
    shared::each(&mut |node: &Node| {
        if node.life().is_alive() {
            found += living(node, core);
        }
    });
    found
}

/// The same of a memo whose owners have an anchor inside.
pub(crate) fn listed_entries(core: &'static Core) -> usize {
    any_cell::listed(core).iter().map(CellRef::living).sum()
}

/// Visits the living owners that have results of `core`: the address of the cell, and how many those are. `false`: they are listed nowhere.
pub(crate) fn each_owner(core: &'static Core, visit: &mut dyn FnMut(usize, usize)) -> bool {
    if !core.has_cells() {
        return true;
    }
    if !core.is_tabled() && core.site().lends {
        return false;
    }
    if !core.is_tabled() {
        for cell in any_cell::listed(core) {
            let results = cell.living();
            if results > 0 {
                visit(cell.address(), results);
            }
        }
        return true;
    }
    let mut node = |node: &Node| {
        let Some(cell) = node.anchor().cells().find(core) else { return };
        let results = if node.life().is_alive() { living(node, core) } else { 0 };
        if results > 0 {
            visit(cell.addr().get(), results);
        }
    };
    if core.is_local() {
        local::each(&mut node)
    } else {
        shared::each(&mut node)
    }
    true
}

/// Whether `core` has a result that a call would find: a quick check, which may miss one.
pub(crate) fn sees_living(core: &'static Core) -> bool {
    let mut sees = |node: &Node| node.life().is_alive() && living(node, core) > 0;
    if core.is_local() { local::any(&mut sees) } else { shared::any(&mut sees) }
}

/// How many results of `core` on a node have no dead argument besides the owner.
fn living(node: &Node, core: &'static Core) -> usize {
    let Some(cell) = node.anchor().cells().find(core) else { return 0 };
    // SAFETY: the vtable is that of the cell's memo, and the node's cells stand.
    unsafe { (core.vtable().living)(cell) }
}

/// How many results of `core` on this thread have living arguments only.
pub(crate) fn living_entries_here(core: &'static Core) -> usize {
    let mut found = 0;
    local::each(&mut |node: &Node| {
        if node.life().is_alive() {
            found += living(node, core);
        }
    });
    found
}
