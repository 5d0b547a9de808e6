//! Ending the nodes of dead objects that were removed from their table, after [`after_deaths`](crate::sys::hazard::deaths::after_deaths).

use std::ptr::NonNull;

use super::node::Node;
use super::shard::Chain;
use crate::anchor::any_cell;
use crate::anchor::drop_queue;
use crate::memo::cells::head::CellHead;
use crate::memo::counting::counter_block::Count;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::Panics;

/// Releases the allocations, and ends the cells that run no user code. Returns the free nodes, and the others.
pub(crate) fn end_quiet(mut dead: Chain) -> (Chain, Chain) {
    let (mut free, mut late) = (Chain::new(), Chain::new());
    while let Some(node) = dead.pop() {
        // SAFETY: removed, dead, and after the fence: this call's.
        if unsafe { Node::end_quietly(node) } {
            free.push(node);
        } else {
            late.push(node);
        }
    }
    (free, late)
}

/// Ends all nodes. Returns them, all free now, and how many of them ran user code.
pub(crate) fn end_loud(mut dead: Chain, panics: &mut Panics, mut each: impl FnMut(&Node)) -> (Chain, usize) {
    let _deeper = DepthGuard::enter();
    dead.each(|node| node.anchor().cells().prefetch());
    let (mut free, mut loud) = (Chain::new(), 0);
    while let Some(node) = dead.pop() {
        // SAFETY: this call's.
        each(unsafe { node.as_ref() });
        // SAFETY: as in `end_quiet`.
        if !unsafe { Node::end_quietly(node) } {
            loud += 1;
            // Even if a cell panics: a life that is more than a `Weak` is released after the cells.
            let life = EndLife(node);
            // SAFETY: as in `end_quiet`.
            let cells = unsafe { Node::take_cells(node, |cell| end_in_room(cell, panics)) };
            panics.run(|| drop_queue::bury(cells));
            panics.drop(life);
        }
        free.push(node);
    }
    (free, loud)
}

/// Ends the cell in the node's room. Its value has no drop glue, but there may be a listener.
fn end_in_room(cell: NonNull<CellHead>, panics: &mut Panics) {
    // SAFETY: called with a cell of a dead object.
    panics.run(|| unsafe { any_cell::end(cell, Count::Dropped.into()) });
}

struct EndLife(NonNull<Node>);

impl Drop for EndLife {
    fn drop(&mut self) {
        // SAFETY: made for a node that is this call's.
        unsafe { Node::release_life(self.0) };
    }
}

/// Ends all nodes of a table that is being freed.
pub(crate) fn end_all(dead: Chain, panics: &mut Panics) -> Chain {
    end_loud(dead, panics, |_| ()).0
}
