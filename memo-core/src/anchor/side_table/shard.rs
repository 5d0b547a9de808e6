//! One part of a table: its nodes in slabs, the index that leads to them, and the nodes that were found dead.
//!
//! # The life of a node
//!
//! free -> assigned to an object -> found dead: out of the index, on the list of the *dead* -> a thread takes its batch, releases
//! the object's allocation and ends the cells -> free. If ending them may run user code and the thread is inside a memo call, the
//! node waits on the list of the *late* for the end of an outermost call.
//!
//! # Finding the dead
//!
//! The writer that adds a node examines [`OLD`] nodes of its class in its shard, and [`YOUNG`] of the newest, in passing: it holds
//! the lock anyway, and the cache lines are near. So for each class and shard there are at most as many dead as living, plus a
//! batch, whatever threads, sizes and kinds of arguments there are. A class spans a factor of two in bytes.

use std::ptr::NonNull;

use super::by_address;
use super::node::Node;
use super::object::{Subject, class_of, hash_of};
use super::sample::{Figures, Sample};
use super::slab::{KINDS, Kind, Pool, Slab};
use crate::anchor::liveness::AnyWeak;
use crate::sys::hazard::memory::RetiredMemory;
use crate::sys::index::{Index, Writer};
use crate::sys::prefetch;

/// Nodes of its class that are examined for each new node.
const OLD: usize = 2;
/// Nodes examined in the slab of the newest.
const YOUNG: usize = 2;
/// The most slabs that are passed for them.
const SLABS: usize = 4;
/// Nodes that a full sweep examines before it releases the lock.
const AT_A_TIME: usize = 256;
/// The size of a batch of dead nodes: one fence for all (if one is needed), and one more turn of the lock. Smaller if few are alive.
const BATCH: usize = 32;
const LEAST_BATCH: usize = 4;
/// The size of a batch in bytes.
const BATCH_BYTES: u64 = 32 << 10;

/// Removed nodes, linked.
pub(crate) struct Chain {
    first: Option<NonNull<Node>>,
    len: usize,
}

// SAFETY: the nodes belong to the holder alone. Those of a thread's own table do not leave it: `local` sends them nowhere.
unsafe impl Send for Chain {}

impl Chain {
    pub(crate) const fn new() -> Self {
        Self { first: None, len: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds a removed node.
    pub(crate) fn push(&mut self, node: NonNull<Node>) {
        // SAFETY: removed, and on no other list.
        unsafe { Node::link(node, self.first) };
        self.first = Some(node);
        self.len += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<NonNull<Node>> {
        let node = self.first?;
        // SAFETY: on this list.
        self.first = unsafe { Node::next(node) };
        self.len -= 1;
        Some(node)
    }

    /// Splits off up to `most` nodes.
    pub(crate) fn split(&mut self, most: usize) -> Self {
        if self.len <= most {
            return std::mem::replace(self, Self::new());
        }
        let mut some = Self::new();
        while some.len < most {
            let Some(node) = self.pop() else { break };
            some.push(node);
        }
        some
    }

    pub(crate) fn each(&self, mut visit: impl FnMut(&Node)) {
        self.any(|node| {
            visit(node);
            false
        });
    }

    /// Whether `is` accepts any node; the rest is not visited.
    fn any(&self, mut is: impl FnMut(&Node) -> bool) -> bool {
        let mut at = self.first;
        while let Some(node) = at {
            // SAFETY: on this list, which is borrowed.
            if is(unsafe { node.as_ref() }) {
                return true;
            }
            // SAFETY: as above.
            at = unsafe { Node::next(node) };
        }
        false
    }
}

/// The outcome of adding a node.
pub(crate) struct Added {
    pub(crate) node: NonNull<Node>,
    /// Whether this call made the node, and so may use its room.
    pub(crate) fresh: bool,
    /// A batch of dead nodes, if due.
    pub(crate) dead: Chain,
}

/// The writer's side of a shard. The [`Index`] lies elsewhere: readers should not share a cache line with this.
pub(crate) struct Keeper {
    writer: Writer,
    pools: Vec<Pool>,
    dead: Chain,
    dead_bytes: u64,
    late: Chain,
    /// The pool that a round continues with, and how many of its nodes are left in the round: at most all.
    turn: usize,
    left: usize,
    retired: RetiredMemory,
}

impl Keeper {
    pub(crate) const fn new() -> Self {
        Self {
            writer: Writer::new(),
            pools: Vec::new(),
            dead: Chain::new(),
            dead_bytes: 0,
            late: Chain::new(),
            turn: 0,
            left: usize::MAX,
            retired: RetiredMemory::new(),
        }
    }

    /// Nodes that belong to an object, dead or alive.
    pub(crate) fn live(&self) -> usize {
        self.writer.live()
    }

    /// Whether there is nothing to sweep.
    pub(crate) fn is_empty(&self) -> bool {
        self.live() == 0 && self.dead.is_empty() && self.late.is_empty()
    }

    /// Memory that readers may still look at, if any.
    #[inline]
    pub(crate) fn retired(&mut self) -> Option<RetiredMemory> {
        (!self.retired.is_empty()).then(|| self.retired.take())
    }

    #[inline]
    pub(crate) fn find(&self, index: &Index<Node>, address: usize) -> Option<NonNull<Node>> {
        // SAFETY: the writer.
        unsafe { by_address::find(index, address) }
    }

    pub(crate) fn find_or_add(
        &mut self,
        index: &Index<Node>,
        subject: Subject,
        roomy: bool,
        number: impl FnOnce() -> u32,
        life: impl FnOnce() -> AnyWeak,
    ) -> Added {
        if let Some(node) = self.find(index, subject.address) {
            return Added { node, fresh: false, dead: Chain::new() };
        }
        let kind = Kind { class: class_of(subject.size) as u8, roomy };
        let pool = match self.pools.iter().position(|pool| pool.kind() == kind) {
            Some(at) => at,
            None => {
                // There is rarely another kind.
                self.pools.reserve_exact(1);
                self.pools.push(Pool::new(kind));
                self.pools.len() - 1
            }
        };
        // Before the new node is inserted: it need not be examined itself.
        for _ in 0..YOUNG {
            if let Some(node) = self.pools[pool].next_young() {
                self.look(index, node);
            }
        }
        if !self.pools[pool].all_are_young() {
            self.look_old(index, pool, OLD, &mut { SLABS });
        }
        let node = self.pools[pool].take();
        // SAFETY: it was free, and the caller is the writer.
        unsafe { Node::assign(node, subject.address, subject.size, number(), life()) };
        index.insert(&mut self.writer, hash_of(subject.address), node, &mut self.retired);
        Added { node, fresh: true, dead: self.due() }
    }

    /// The dead, if they are worth a batch.
    #[inline]
    fn due(&mut self) -> Chain {
        let batch = (LEAST_BATCH + self.live() / 4).min(BATCH);
        if self.dead.len() >= batch || self.dead_bytes >= BATCH_BYTES { self.take_dead() } else { Chain::new() }
    }

    /// Takes all nodes that were found dead. The caller returns them with `give_back`.
    pub(crate) fn take_dead(&mut self) -> Chain {
        self.dead_bytes = 0;
        std::mem::replace(&mut self.dead, Chain::new())
    }

    /// Examines up to `nodes` nodes of a pool, within `slabs` slabs. Returns how many.
    #[inline]
    fn look_old(&mut self, index: &Index<Node>, pool: usize, nodes: usize, slabs: &mut usize) -> usize {
        for looked in 0..nodes {
            let Some(node) = self.pools[pool].next_old(slabs) else { return looked };
            self.look(index, node);
        }
        nodes
    }

    /// Removes a node if its object is dead.
    #[inline]
    fn look(&mut self, index: &Index<Node>, node: NonNull<Node>) -> bool {
        // SAFETY: assigned, in this shard, whose writer this is.
        let this = unsafe { node.as_ref() };
        if this.life().is_alive() {
            return false;
        }
        self.dead_bytes += this.bytes();
        self.take_out(index, node);
        self.dead.push(node);
        true
    }

    fn take_out(&mut self, index: &Index<Node>, node: NonNull<Node>) {
        index.remove(&mut self.writer, node, &mut self.retired);
        // SAFETY: it came from a pool of this shard.
        unsafe { self.pool_of(node).take_out(node) };
    }

    /// Continues a round over all nodes, class by class: examines up to `nodes`, none twice, and stops when `most_dead` dead wait.
    pub(crate) fn sweep_some(&mut self, index: &Index<Node>, nodes: usize, most_dead: usize) -> Swept {
        let (mut looked, mut around) = (0, false);
        // Some slabs may be nearly empty.
        let mut slabs = SLABS.max(nodes);
        loop {
            let Some(pool) = self.pools.get_mut(self.turn) else {
                (self.turn, self.left, around) = (0, usize::MAX, true);
                break;
            };
            self.left = self.left.min(pool.assigned());
            if self.left == 0 {
                (self.turn, self.left) = (self.turn + 1, usize::MAX);
                continue;
            }
            if looked >= nodes || self.dead.len() >= most_dead {
                break;
            }
            let Some(node) = pool.next_old(&mut slabs) else { break };
            self.left -= 1;
            looked += 1;
            self.look(index, node);
        }
        // A sweep takes all of them: there may be no other call for those that were found dead before.
        Swept { looked, around, dead: self.take_dead() }
    }

    /// Begins a full sweep. Returns how many slabs there are to pass.
    pub(crate) fn round(&self) -> Round {
        let mut slabs = [0; KINDS];
        for pool in &self.pools {
            slabs[pool.kind().number()] = pool.slabs() + 1;
        }
        Round { slabs }
    }

    /// Continues a full sweep for a while. Returns the dead that were found, at most a batch; `None` at the end.
    pub(crate) fn go_on(&mut self, index: &Index<Node>, round: &mut Round, batch: usize) -> Option<Chain> {
        let mut left = AT_A_TIME;
        while self.dead.len() < batch && left > 0 {
            let to_pass = |pool: &Pool| round.slabs[pool.kind().number()] > 0;
            let Some(pool) = self.pools.iter().position(to_pass) else { break };
            let slabs = &mut round.slabs[self.pools[pool].kind().number()];
            // One slab at a time: all its lines are prefetched at once.
            let ahead = self.pools[pool].ahead(|node| {
                // SAFETY: assigned, in this shard, whose writer this is.
                let address = unsafe { node.as_ref() }.own_address();
                // The counts of an `Arc` precede its object.
                prefetch::line(std::ptr::without_provenance::<[usize; 2]>(address).wrapping_sub(1));
                index.prefetch(hash_of(address));
            });
            let nodes = left.min(batch).min(ahead.max(1));
            // Slab by slab, or node by node for batches of one.
            let looked = self.look_old(index, pool, nodes, slabs);
            if looked < nodes {
                *slabs = 0;
            }
            left -= looked.max(1);
        }
        let some = self.some_dead(batch);
        (some.is_some() || self.pools.iter().any(|pool| round.slabs[pool.kind().number()] > 0))
            .then(|| some.unwrap_or(const { Chain::new() }))
    }

    fn some_dead(&mut self, batch: usize) -> Option<Chain> {
        if self.dead.is_empty() {
            return None;
        }
        let dead = self.dead.split(batch);
        if self.dead.is_empty() {
            self.dead_bytes = 0;
        }
        Some(dead)
    }

    /// Removes the node of an object if the object is dead.
    pub(crate) fn take_if_dead(&mut self, index: &Index<Node>, address: usize) -> Chain {
        let mut dead = Chain::new();
        let Some(node) = self.find(index, address) else { return dead };
        if self.look(index, node) {
            let node = self.dead.pop().expect("it was just put there");
            dead.push(node);
        }
        dead
    }

    /// The pool that a node of this shard came from.
    #[inline]
    fn pool_of(&mut self, node: NonNull<Node>) -> &mut Pool {
        // SAFETY: the caller's node lies in a slab of this shard.
        let slab = unsafe { Slab::of(node) };
        // SAFETY: as above.
        let kind = unsafe { slab.as_ref() }.kind();
        self.pools.iter_mut().find(|pool| pool.kind() == kind).expect("it came from one")
    }

    /// Returns free nodes to their slabs.
    pub(crate) fn give_back(&mut self, mut chain: Chain) {
        while let Some(node) = chain.pop() {
            let mut retired = self.retired.take();
            // SAFETY: it is on no list, and holds nothing.
            unsafe { self.pool_of(node).give_back(node, &mut retired) };
            self.retired = retired;
        }
    }

    /// Adds nodes whose cells wait for the end of an outermost call.
    pub(crate) fn add_late(&mut self, mut chain: Chain) {
        while let Some(node) = chain.pop() {
            self.late.push(node);
        }
    }

    pub(crate) fn take_late(&mut self, most: usize) -> Chain {
        self.late.split(most)
    }

    pub(crate) fn has_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// Frees unused memory, after a full sweep.
    pub(crate) fn trim(&mut self, index: &Index<Node>) {
        if self.live() == 0 {
            index.end(&mut self.writer, &mut self.retired);
        }
        for pool in &mut self.pools {
            pool.trim(&mut self.retired);
        }
        self.pools.retain(|pool| pool.slabs() > 0);
        if self.pools.is_empty() {
            self.pools = Vec::new();
        }
    }

    /// Removes the nodes that `goes` accepts, alive or not.
    pub(crate) fn take_if(&mut self, index: &Index<Node>, goes: impl Fn(&Node) -> bool) -> Chain {
        let mut going = Vec::new();
        self.each_node(|node| {
            // SAFETY: assigned, in this shard, whose writer this is.
            if goes(unsafe { node.as_ref() }) {
                going.push(node);
            }
        });
        let mut chain = self.take_dead();
        for node in going {
            self.take_out(index, node);
            chain.push(node);
        }
        chain
    }

    /// Frees all memory. There must be no nodes.
    pub(crate) fn end(&mut self, index: &Index<Node>) {
        debug_assert!(self.is_empty());
        self.trim(index);
    }

    /// Whether `is` accepts the node of any object.
    pub(crate) fn any(&self, mut is: impl FnMut(&Node) -> bool) -> bool {
        // SAFETY: assigned, in this shard, whose writer this is.
        let mut is = |node: NonNull<Node>| is(unsafe { node.as_ref() });
        self.pools.iter().any(|pool| pool.any(&mut is))
    }

    fn each_node(&self, mut visit: impl FnMut(NonNull<Node>)) {
        self.pools.iter().for_each(|pool| pool.each(&mut visit));
    }

    /// The sums of `of` over the nodes of all objects, and those found dead, estimated from at most `most` of each class and list.
    pub(crate) fn estimate<T: Figures>(&self, most: usize, of: &mut impl FnMut(&Node) -> T) -> T {
        let mut sums = T::none();
        for pool in &self.pools {
            let mut sample = Sample::new(most, &mut *of);
            // SAFETY: assigned, in this shard, whose writer this is.
            pool.any(&mut |node| sample.look(unsafe { node.as_ref() }));
            sample.add_scaled(pool.assigned(), &mut sums);
        }
        for list in [&self.dead, &self.late] {
            let mut sample = Sample::new(most, &mut *of);
            list.any(|node| sample.look(node));
            sample.add_scaled(list.len(), &mut sums);
        }
        sums
    }

    /// Visits the nodes of all objects, and those that were found dead but not yet ended.
    pub(crate) fn each(&self, mut visit: impl FnMut(&Node)) {
        // SAFETY: assigned, in this shard, whose writer this is.
        self.each_node(|node| visit(unsafe { node.as_ref() }));
        self.dead.each(&mut visit);
        self.late.each(&mut visit);
    }
}

/// The outcome of continuing a round.
pub(crate) struct Swept {
    /// How many nodes were examined.
    pub(crate) looked: usize,
    /// Whether the round is at its end.
    pub(crate) around: bool,
    pub(crate) dead: Chain,
}

/// What is left of a full sweep: slabs of each kind.
pub(crate) struct Round {
    slabs: [usize; KINDS],
}
