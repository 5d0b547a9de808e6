//! Ending the nodes of dead objects, which were taken out of their table: behind [`after_deaths`](crate::sys::hazard::deaths::after_deaths).

use std::ptr::NonNull;

use super::node::Node;
use super::shard::Chain;
use crate::anchor::drop_queue;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::Panics;

/// Lets go of allocations, and ends what runs nothing of the user's. What is free by then, and what is left.
pub(crate) fn end_quiet(mut dead: Chain) -> (Chain, Chain) {
    let (mut free, mut late) = (Chain::new(), Chain::new());
    while let Some(node) = dead.pop() {
        // SAFETY: taken out, dead, and behind the fence: this call's.
        if unsafe { Node::end_quietly(node) } {
            free.push(node);
        } else {
            late.push(node);
        }
    }
    (free, late)
}

/// Ends all of it. What is free by then comes back, and those that ran something of the user's are told.
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
            panics.run(|| {
                // SAFETY: as in `end_quiet`.
                let cells = unsafe { Node::take_cells(node) };
                // Whatever the cells are: a life that is more than a `Weak` goes after them.
                let _life = EndLife(node);
                drop_queue::bury(cells);
            });
        }
        free.push(node);
    }
    (free, loud)
}

struct EndLife(NonNull<Node>);

impl Drop for EndLife {
    fn drop(&mut self) {
        // SAFETY: made for a node that is this call's.
        unsafe { Node::release_life(self.0) };
    }
}

/// Ends all nodes, which come from a table that is given up.
pub(crate) fn end_all(dead: Chain, panics: &mut Panics) -> Chain {
    end_loud(dead, panics, |_| ()).0
}
