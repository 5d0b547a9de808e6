//! What dead objects leave behind until a sweep reclaims it: their memory, and results that no call finds.
//!
//! Counters do not know who is alive, so this takes a walk over the side table: the shared one and this thread's. Objects with an
//! anchor inside leave nothing behind.

use std::ptr::NonNull;

use hashbrown::{HashMap, HashSet};

use crate::anchor::back_link;
use crate::anchor::side_table::node::Node;
use crate::anchor::side_table::{local, shared};
use crate::memo::cells::head::CellHead;
use crate::memo::cells::vtable::EntryId;
use crate::memo::core::Core;

/// What awaits the sweep, of one memo.
#[derive(Clone, Copy, Default)]
pub(crate) struct Awaiting {
    /// Results with a dead owner or another dead weak argument.
    pub(crate) results: u64,
    /// The memory of the dead objects that take part in them, or did.
    pub(crate) bytes: u64,
}

/// The same for every memo.
pub(crate) struct OfAll(HashMap<*const Core, Awaiting>);

impl OfAll {
    pub(crate) fn now() -> Self {
        let mut dead = Dead::of(None, usize::MAX);
        dead.walk();
        Self(dead.finish())
    }

    pub(crate) fn of(&self, core: &'static Core) -> Awaiting {
        self.0.get(&std::ptr::from_ref(core)).copied().unwrap_or_default()
    }
}

/// How many results of `core` await the sweep: all of them are visited.
pub(crate) fn results(core: &'static Core) -> usize {
    let awaiting = exact(core, usize::MAX).unwrap_or_default();
    usize::try_from(awaiting.results).unwrap_or(usize::MAX)
}

/// What awaits the sweep, of one memo: from a sample if there are many objects, or many entries of dead ones.
pub(crate) fn estimate(core: &'static Core) -> Awaiting {
    let small = shared::live() + local::live() <= EXACT;
    small.then(|| exact(core, EXACT)).flatten().unwrap_or_else(|| sampled(core))
}

/// Up to `EXACT` nodes, and as many links, are all counted; of more, a sample of each shard and class, and of each dead object's links.
const EXACT: usize = 4096;
const SAMPLE: usize = 32;

/// `None` if the dead have more than `most_links` entries besides those of which they are the owners.
fn exact(core: &'static Core, most_links: usize) -> Option<Awaiting> {
    let mut dead = Dead::of(Some(core), most_links);
    dead.walk();
    if dead.left_out {
        return None;
    }
    Some(dead.finish().get(&std::ptr::from_ref(core)).copied().unwrap_or_default())
}

/// An entry with two dead arguments may count twice, if neither is its owner, or if its owner is not in the sample.
fn sampled(core: &'static Core) -> Awaiting {
    let mut owned = HashSet::new();
    let mut own = |node: &Node| {
        if !node.life().is_alive() {
            owned.extend(node.anchor().cells().find(core).map(|cell| cell.addr().get()));
        }
        [0; 2]
    };
    shared::estimate(SAMPLE, &mut own);
    local::estimate(SAMPLE, &mut own);
    let mut of = |node: &Node| {
        if node.life().is_alive() {
            return [0; 2];
        }
        let cell = node.anchor().cells().find(core);
        let linked = back_link::find(node.anchor()).map_or(0, |peer| {
            let (mut looked, mut found) = (0, 0);
            let all = peer.some_entries(SAMPLE, |cell, entry| {
                looked += 1;
                let counts = std::ptr::eq(cell.memo(), core) && !owned.contains(&cell.address());
                found += u64::from(counts && cell.is_ready(entry));
            });
            (found * all as u64).checked_div(looked).unwrap_or(0)
        });
        let concerned = cell.is_some() || linked > 0;
        [cell.map_or(0, ready) + linked, if concerned { node.bytes() } else { 0 }]
    };
    let [shared, local] = [shared::estimate(SAMPLE, &mut of), local::estimate(SAMPLE, &mut of)];
    Awaiting { results: shared[0] + local[0], bytes: shared[1] + local[1] }
}

/// Collects what the dead leave behind. An entry counts once, however many of its arguments are dead.
struct Dead {
    /// The only memo of interest, if there is one.
    only: Option<&'static Core>,
    memos: HashMap<*const Core, Awaiting>,
    /// The cells of dead owners, whose results are counted already.
    owned: HashSet<usize>,
    /// Results with another dead argument.
    linked: HashMap<(usize, EntryId), *const Core>,
    most_links: usize,
    left_out: bool,
}

impl Dead {
    fn of(only: Option<&'static Core>, most_links: usize) -> Self {
        let (memos, owned, linked) = Default::default();
        Self { only, memos, owned, linked, most_links, left_out: false }
    }

    fn walk(&mut self) {
        let mut add = |node: &Node| {
            if !node.life().is_alive() {
                self.add(node);
            }
        };
        shared::each(&mut add);
        local::each(&mut add);
    }

    fn add(&mut self, node: &Node) {
        let mut concerned = HashSet::<*const Core>::new();
        let mut owned = |cell: NonNull<CellHead>| {
            // SAFETY: the node's cells stand.
            let core = std::ptr::from_ref(unsafe { cell.as_ref() }.memo());
            self.memos.entry(core).or_default().results += ready(cell);
            self.owned.insert(cell.addr().get());
            concerned.insert(core);
        };
        match self.only {
            Some(core) => node.anchor().cells().find(core).into_iter().for_each(owned),
            None => node.anchor().cells().each(&mut owned),
        }
        if let Some(peer) = back_link::find(node.anchor()) {
            let all = peer.some_entries(self.most_links, |cell, entry| {
                let core = std::ptr::from_ref(cell.memo());
                let of_interest = self.only.is_none_or(|only| std::ptr::eq(only, core));
                if of_interest && cell.is_ready(entry) {
                    self.linked.insert((cell.address(), entry), core);
                    concerned.insert(core);
                }
            });
            self.left_out |= all > self.most_links;
            self.most_links -= all.min(self.most_links);
        }
        for core in concerned {
            self.memos.entry(core).or_default().bytes += node.bytes();
        }
    }

    fn finish(mut self) -> HashMap<*const Core, Awaiting> {
        for ((cell, _), core) in self.linked {
            if !self.owned.contains(&cell) {
                self.memos.entry(core).or_default().results += 1;
            }
        }
        self.memos
    }
}

/// How many results a cell of a node has.
fn ready(cell: NonNull<CellHead>) -> u64 {
    // SAFETY: the node's cells stand.
    let core = unsafe { cell.as_ref() }.memo();
    // SAFETY: the vtable is that of the cell's memo.
    unsafe { (core.vtable().ready)(cell) as u64 }
}
