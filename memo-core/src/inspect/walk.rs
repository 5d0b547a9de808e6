//! Walks over the side table, for statistics; these may be slow.

use hashbrown::{HashMap, HashSet};

use crate::anchor::back_link;
use crate::anchor::side_table::node::Node;
use crate::anchor::side_table::{local, shared};
use crate::memo::core::Core;

/// Bytes of dead objects, for each memo that has results of them: from a walk over the shared table and this thread's.
#[derive(Default)]
pub(crate) struct Pinned(HashMap<*const Core, u64>);

impl Pinned {
    pub(crate) fn of_all() -> Self {
        let mut pinned = HashMap::<*const Core, u64>::new();
        let mut add = |node: &Node| {
            let bytes = pinned_by(node);
            if bytes > 0 {
                node.anchor().cells().each_memo(|core| *pinned.entry(core).or_default() += bytes);
            }
        };
        shared::each(&mut add);
        local::each(&mut add);
        Self(pinned)
    }

    pub(crate) fn of(&self, core: &'static Core) -> u64 {
        self.0.get(&std::ptr::from_ref(core)).copied().unwrap_or_default()
    }
}

fn pinned_by(node: &Node) -> u64 {
    if node.life().is_alive() { 0 } else { node.bytes() }
}

/// The same for one memo, from a sample if there are many nodes.
pub(crate) fn pinned_bytes(core: &'static Core) -> u64 {
    let of = |node: &Node| {
        let bytes = pinned_by(node);
        if bytes > 0 && node.anchor().cells().find(core).is_some() { bytes } else { 0 }
    };
    let most = if shared::live() + local::live() <= EXACT { usize::MAX } else { SAMPLE };
    shared::estimate(most, &of) + local::estimate(most, &of)
}

/// Up to `EXACT` nodes are all counted; of more, a sample of each shard and class.
const EXACT: usize = 4096;
const SAMPLE: usize = 32;

/// How many results of `core` in the shared table have a dead owner or another dead weak argument.
pub(crate) fn dead_entries(core: &'static Core) -> usize {
    let (mut dead, mut cells) = (0, HashSet::new());
    let mut links = HashSet::new();
    shared::each(&mut |node: &Node| {
        if node.life().is_alive() {
            return;
        }
        if let Some(cell) = node.anchor().cells().find(core) {
            // SAFETY: the vtable is that of the cell's memo, and the node's cells stand.
            dead += unsafe { (core.vtable().ready)(cell) };
            cells.insert(cell.addr().get());
        }
        if let Some(peer) = back_link::find(node.anchor()) {
            peer.each_entry(|cell, entry| {
                if std::ptr::eq(cell.memo(), core) && cell.is_ready(entry) {
                    links.insert((cell.address(), entry));
                }
            });
        }
    });
    // An entry whose owner is dead, too, was counted with that owner's.
    dead + links.iter().filter(|(cell, _)| !cells.contains(cell)).count()
}

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
