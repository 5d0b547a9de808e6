//! A sweep of all dead objects, on request.

use crate::anchor::any_cell;
use crate::anchor::side_table::end_of_nodes::end_loud;
use crate::anchor::side_table::node::{Node, came_since};
use crate::anchor::side_table::shard::Chain;
use crate::anchor::side_table::{local, shared};
use crate::memo::all_memos;
use crate::reclaim::{expiry, tables};
use crate::sys::hazard::deaths::after_deaths;
use crate::sys::panics::Panics;

/// Reclaims the results of all objects that are dead now, and returns the number of those objects.
///
/// It also drops the results of memos with `ttl` or `idle` that are over, what memos with `weak_value` keep of results that are gone, and the
/// dead entries of shared weak maps, sets and interners; none of these are counted. For `Rc`s and `local` memos it
/// reclaims the results of this thread. Results that another thread is dropping at the moment are left to that thread.
///
/// Objects that die as a consequence are reclaimed too: a dropped result may have been the last owner of another argument. Objects
/// that other threads create and drop after the sweep has begun are not waited for. While other threads drop older objects as well,
/// the sweep follows the consequences only once, there and back.
///
/// # Cost
///
/// Proportional to the number of objects in the side table, not of results, but for those of memos with `ttl`, `idle` or `weak_value`. If results own further `Arc` arguments in a chain, the
/// sweep follows the chain in the order in which the objects were first memoized, and back. A chain of a hundred thousand built from
/// either end takes one pass. A shuffled one takes as many passes as it turns back in that order, a third of its length: quadratic
/// time, and minutes for a hundred thousand. In-object anchors drop any chain in linear time. If the values of a weak map own other
/// keys of it in a chain, a pass may follow the chain by one step only, which is quadratic too.
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
/// let text = Arc::new(String::from("gone soon"));
/// len(&text);
/// drop(text);
/// memo_core::sweep();
/// assert_eq!(len_memo().stats().dropped, 1);
/// ```
pub fn sweep() -> usize {
    let mut all = Sweep::new();
    // At most as many entries of weak maps as there are now: another thread that makes and drops more cannot keep it going forever.
    let mut in_tables = tables::stored(&mut all.panics);
    let mut unexpired = true;
    loop {
        all.of_side_table();
        // What has expired may have owned objects, too. Nothing expires twice, and the time that it takes is not made up for.
        if std::mem::take(&mut unexpired) && expiry::sweep(&mut all.panics) {
            all.of_side_table();
        }
        if in_tables == 0 {
            break;
        }
        match tables::sweep(&mut all.panics) {
            0 => break,
            // The last of them may have owned a memoized object.
            swept => in_tables = in_tables.saturating_sub(swept),
        }
    }
    remove_gone_values(&mut all.panics);
    shared::trim();
    all.panics.resume();
    all.found
}

/// Removes the entries whose results are kept weakly, and gone.
fn remove_gone_values(panics: &mut Panics) {
    let weak: Vec<_> = all_memos::all().iter().copied().filter(|core| core.has_weak_values()).collect();
    for core in weak {
        let cells = if core.is_local() { local::listed(core) } else { any_cell::listed(core) };
        for cell in cells {
            cell.remove_gone(panics);
            panics.drop(cell);
        }
    }
}

impl Sweep {
    fn of_side_table(&mut self) {
        loop {
            let chained = self.chains;
            self.chains = false;
            self.pass_here();
            self.pass_shared();
            if !self.chains {
                break;
            }
            if chained {
                self.follow_here();
                if !self.follow_shared() {
                    break;
                }
            }
        }
    }
}

/// The same for this thread's own table.
pub(crate) fn sweep_here() -> usize {
    let mut all = Sweep::new();
    loop {
        let chained = all.chains;
        all.chains = false;
        all.pass_here();
        if !all.chains {
            break;
        }
        if chained {
            all.follow_here();
        }
    }
    all.panics.resume();
    all.found
}

/// The most nodes that a sweep takes at once.
const BATCH: usize = 64;

/// A full sweep in progress.
struct Sweep {
    /// Nodes that were there when it began have older sequence numbers.
    began_here: u32,
    began_shared: u32,
    found: usize,
    /// Whether the last pass ran user code for an object from before the sweep began: a dropped result may have been the last owner of
    /// another object.
    chains: bool,
    panics: Panics,
}

impl Sweep {
    fn new() -> Self {
        Self {
            began_here: local::now(),
            began_shared: shared::now(),
            found: 0,
            chains: false,
            panics: Panics::default(),
        }
    }

    /// Ends nodes, and returns the free ones. Sequence numbers from `began` up to `now` belong to nodes that were added meanwhile.
    fn end(&mut self, dead: Chain, began: u32, now: u32) -> Chain {
        let is_old = |node: &Node| !came_since(node.number(), began, now);
        let mut old = false;
        self.found += dead.len();
        let (free, loud) = end_loud(dead, &mut self.panics, |node| old |= is_old(node));
        self.chains |= loud > 0 && old;
        free
    }

    fn pass_here(&mut self) {
        local::sweep_all(BATCH, |dead| {
            let free = self.end(dead, self.began_here, local::now());
            local::give_back(free, Chain::new());
        });
        // The nodes that were waiting.
        let late = local::take_late(usize::MAX);
        let free = self.end(late, self.began_here, local::now());
        local::give_back(free, Chain::new());
    }

    fn pass_shared(&mut self) {
        for shard in shared::shards() {
            let mut round = shared::begin_round(shard);
            while let Some(dead) = shared::go_on(shard, &mut round, BATCH) {
                after_deaths();
                let free = self.end(dead, self.began_shared, shared::now());
                shard.give_back(free, Chain::new());
            }
            // The nodes that were waiting.
            let late = shard.take_late(usize::MAX);
            let free = self.end(late, self.began_shared, shared::now());
            shard.give_back(free, Chain::new());
        }
    }

    /// Follows chains of results that own the next object, in the order of arrival and back. So a chain that one thread built from
    /// either end is dropped in one pass.
    fn follow_here(&mut self) {
        let seen = local::seen();
        there_and_back(
            &seen,
            || true,
            |&(_, address)| {
                let dead = local::take_if_dead(address);
                let found = !dead.is_empty();
                let free = self.end(dead, self.began_here, local::now());
                local::give_back(free, Chain::new());
                found
            },
        );
    }

    /// The same for the process. `false`: other threads are dropping old objects meanwhile, and this would follow them as long as they do.
    fn follow_shared(&mut self) -> bool {
        let seen = shared::seen();
        let began = self.began_shared;
        let go_on = || old_dead(began) == old_dead(began);
        there_and_back(&seen, go_on, |seen| {
            let (shard, dead) = shared::take_if_dead(seen);
            let found = !dead.is_empty();
            if found {
                after_deaths();
                let free = self.end(dead, began, shared::now());
                shard.give_back(free, Chain::new());
            }
            found
        })
    }
}

/// How many objects from before `began` are dead now. A difference between two consecutive calls comes from other threads.
fn old_dead(began: u32) -> usize {
    let (mut dead, now) = (0, shared::now());
    shared::each(&mut |node| dead += usize::from(!node.life().is_alive() && !came_since(node.number(), began, now)));
    dead
}

/// Goes over all of `seen`, and back, until nothing more is found. Returns `false` if `go_on` ended it.
fn there_and_back<T>(seen: &[T], go_on: impl Fn() -> bool, mut find: impl FnMut(&T) -> bool) -> bool {
    loop {
        let mut found = false;
        for one in seen.iter().chain(seen.iter().rev()) {
            found |= find(one);
        }
        if !found {
            return true;
        }
        if !go_on() {
            return false;
        }
    }
}
