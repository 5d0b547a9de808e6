//! What dead objects leave behind until a sweep reclaims it: their memory, and results that no call finds.
//!
//! Counters do not know who is alive, so this takes a walk over the side table: the shared one and this thread's. Objects with an
//! anchor inside leave nothing behind.

use std::ptr::NonNull;

use hashbrown::{HashMap, HashSet};

use crate::anchor::back_link;
use crate::anchor::side_table::node::Node;
use crate::anchor::side_table::sample::Figures;
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
        Self(exact(None, usize::MAX).unwrap_or_default())
    }

    /// From a sample if there are many objects, or many entries of dead ones.
    pub(crate) fn estimate() -> Self {
        Self(exact_or_sampled(None))
    }

    pub(crate) fn of(&self, core: &'static Core) -> Awaiting {
        self.0.get(&std::ptr::from_ref(core)).copied().unwrap_or_default()
    }
}

/// How many results of `core` await the sweep: all of them are visited.
pub(crate) fn results(core: &'static Core) -> usize {
    let awaiting = OfAll(exact(Some(core), usize::MAX).unwrap_or_default()).of(core);
    usize::try_from(awaiting.results).unwrap_or(usize::MAX)
}

/// What awaits the sweep, of one memo: from a sample if there are many objects, or many entries of dead ones.
pub(crate) fn estimate(core: &'static Core) -> Awaiting {
    OfAll(exact_or_sampled(Some(core))).of(core)
}

/// Up to `EXACT` nodes, and as many links, are all counted; of more, a sample of each shard and class, and of each dead object's links.
const EXACT: usize = 4096;
const SAMPLE: usize = 32;

/// Of one memo, or of all.
fn exact_or_sampled(only: Option<&'static Core>) -> HashMap<*const Core, Awaiting> {
    let small = shared::live() + local::live() <= EXACT;
    small.then(|| exact(only, EXACT)).flatten().unwrap_or_else(|| sampled(only))
}

/// `None` if the dead have more than `most_links` entries besides those of which they are the owners.
fn exact(only: Option<&'static Core>, most_links: usize) -> Option<HashMap<*const Core, Awaiting>> {
    let mut dead = Dead::of(only, most_links);
    dead.walk();
    (!dead.left_out).then(|| dead.finish())
}

/// What memos have on nodes that were looked at.
type Found = HashMap<*const Core, Awaiting>;

impl Figures for Found {
    fn none() -> Self {
        Self::new()
    }

    fn add(&mut self, more: Self) {
        for (core, more) in more {
            let sum = self.entry(core).or_default();
            sum.results = sum.results.saturating_add(more.results);
            sum.bytes = sum.bytes.saturating_add(more.bytes);
        }
    }

    fn scaled(&self, by: &dyn Fn(u64) -> u64) -> Self {
        let scaled = |of: &Awaiting| Awaiting { results: by(of.results), bytes: by(of.bytes) };
        self.iter().map(|(core, of)| (*core, scaled(of))).collect()
    }
}

/// An entry with two dead arguments may count twice, if neither is its owner, or if its owner is not in the sample.
fn sampled(only: Option<&'static Core>) -> Found {
    let mut owned = HashSet::new();
    let mut own = |node: &Node| {
        if !node.life().is_alive() {
            each_cell(node, only, &mut |cell| _ = owned.insert(cell.addr().get()));
        }
        [0_u64; 0]
    };
    shared::estimate(SAMPLE, &mut own);
    local::estimate(SAMPLE, &mut own);
    let mut of = |node: &Node| if node.life().is_alive() { Found::none() } else { left_by(node, only, &owned) };
    let mut found = shared::estimate(SAMPLE, &mut of);
    found.add(local::estimate(SAMPLE, &mut of));
    found
}

/// What one dead object leaves behind. Of the results that it is an argument of, some are looked at.
fn left_by(node: &Node, only: Option<&'static Core>, owned: &HashSet<usize>) -> Found {
    let mut found = Found::new();
    each_cell(node, only, &mut |cell| found.entry(memo_of(cell)).or_default().results += ready(cell));
    if let Some(peer) = back_link::find(node.anchor()) {
        let (mut looked, mut linked) = (0, HashMap::<*const Core, u64>::new());
        let all = peer.some_entries(SAMPLE, |cell, entry| {
            looked += 1;
            let of_interest = only.is_none_or(|only| std::ptr::eq(only, cell.memo()));
            if of_interest && !owned.contains(&cell.address()) && cell.is_ready(entry) {
                *linked.entry(std::ptr::from_ref(cell.memo())).or_default() += 1;
            }
        });
        for (core, some) in linked {
            found.entry(core).or_default().results += (some * all as u64).checked_div(looked).unwrap_or(0);
        }
    }
    found.values_mut().for_each(|of| of.bytes = node.bytes());
    found
}

/// Visits the cells of a node, of one memo or of all.
fn each_cell(node: &Node, only: Option<&'static Core>, visit: &mut dyn FnMut(NonNull<CellHead>)) {
    match only {
        Some(core) => node.anchor().cells().find(core).into_iter().for_each(visit),
        None => node.anchor().cells().each(visit),
    }
}

fn memo_of(cell: NonNull<CellHead>) -> *const Core {
    // SAFETY: the node's cells stand.
    std::ptr::from_ref(unsafe { cell.as_ref() }.memo())
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
        each_cell(node, self.only, &mut |cell| {
            self.memos.entry(memo_of(cell)).or_default().results += ready(cell);
            self.owned.insert(cell.addr().get());
            concerned.insert(memo_of(cell));
        });
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
