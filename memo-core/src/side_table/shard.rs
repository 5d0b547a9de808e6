//! One part of a table: its nodes behind an [`Index`], and what the one who changes it keeps.

use std::ptr::NonNull;

use super::index::{Array, At, Index, Writer};
use super::{Node, Seen, Size, Subject, Taken};
use crate::anchor::Anchor;
use crate::life::Life;

/// Young objects are those that came last: this many in each shard.
const YOUNG: usize = 32;

/// What the writer of a shard keeps. Its [`Index`] lies elsewhere: readers should not share a cache line with this.
pub(crate) struct Keeper {
    writer: Writer<Node>,
    /// Where the sweep goes on, over all slots.
    cursor: usize,
    /// The addresses that came last, in a ring; some may have gone since.
    young: Vec<usize>,
    /// Where the next to come is put.
    newest: usize,
    /// Where the sweep of the young goes on.
    young_cursor: usize,
    /// Old arrays that a reader may still be in.
    old: Vec<Array<Node>>,
    /// Whether nobody reads what was unpublished before.
    have_left: fn() -> bool,
}

impl Keeper {
    pub(crate) const fn new(have_left: fn() -> bool) -> Self {
        Self {
            writer: Writer::new(),
            cursor: 0,
            young: Vec::new(),
            newest: 0,
            young_cursor: 0,
            old: Vec::new(),
            have_left,
        }
    }

    /// Whether there is nothing to sweep, nor to shrink.
    pub(crate) fn is_empty(&self) -> bool {
        self.writer.live() == 0 && self.old.is_empty() && self.writer.is_least()
    }

    #[inline]
    pub(crate) fn find(&self, address: usize) -> Option<NonNull<Node>> {
        self.writer.find(address).map(|(_, node)| node)
    }

    pub(crate) fn find_or_add(
        &mut self,
        index: &Index<Node>,
        subject: Subject,
        number: impl FnOnce() -> u32,
        life: impl FnOnce() -> Life,
    ) -> NonNull<Node> {
        if let Some(node) = self.find(subject.address) {
            return node;
        }
        let node = Node { anchor: Anchor::new(), life: life(), size: Size::of(subject.size), number: number() };
        let node = NonNull::from(Box::leak(Box::new(node)));
        let outgrown = self.writer.insert(index, subject.address, node);
        self.note_young(subject.address);
        self.retire(outgrown);
        node
    }

    #[inline]
    fn note_young(&mut self, address: usize) {
        if self.young.len() < YOUNG {
            self.young.push(address);
        } else {
            self.newest = (self.newest + 1) % YOUNG;
            self.young[self.newest] = address;
        }
    }

    /// Takes a dead node out: nobody borrows it.
    #[inline]
    fn take(&mut self, at: At) -> Taken {
        let node = self.writer.take(at);
        // SAFETY: leaked in `find_or_add`, and in no slot any more.
        Taken(unsafe { Box::from_raw(node.as_ptr()) })
    }

    #[inline]
    fn is_alive(node: NonNull<Node>) -> bool {
        // SAFETY: it was found in a slot by the writer, who alone takes nodes out and frees them.
        unsafe { node.as_ref() }.is_alive()
    }

    /// Takes out what is dead among the next `nodes` nodes and some of the young ones.
    pub(crate) fn sweep_some(&mut self, index: &Index<Node>, nodes: usize, dead: &mut Vec<Taken>) {
        self.sweep_old(nodes, dead);
        self.sweep_young(nodes / 2, dead);
        self.shrink(index);
    }

    fn sweep_old(&mut self, mut nodes: usize, dead: &mut Vec<Taken>) {
        // A table that is thinly filled is at least an eighth full, or small.
        let slots = (8 * nodes).min(self.writer.slots());
        for _ in 0..slots {
            if nodes == 0 {
                return;
            }
            self.cursor = self.cursor.wrapping_add(1);
            if let Some((at, node)) = self.writer.get(self.cursor) {
                nodes -= 1;
                if !Self::is_alive(node) {
                    if dead.capacity() == 0 {
                        // Where one is dead, others are.
                        dead.reserve(nodes + 1);
                    }
                    dead.push(self.take(at));
                }
            }
        }
    }

    fn sweep_young(&mut self, nodes: usize, dead: &mut Vec<Taken>) {
        for _ in 0..nodes.min(self.young.len()) {
            if self.young_cursor >= self.young.len() {
                self.young_cursor = 0;
                if self.young.is_empty() {
                    return;
                }
            }
            match self.writer.find(self.young[self.young_cursor]) {
                Some((_, node)) if Self::is_alive(node) => self.young_cursor += 1,
                found => {
                    self.young.swap_remove(self.young_cursor);
                    dead.extend(found.map(|(at, _)| self.take(at)));
                }
            }
        }
    }

    /// Takes out the node of an object if that is dead.
    pub(crate) fn take_dead(&mut self, address: usize) -> Option<Taken> {
        let (at, node) = self.writer.find(address)?;
        (!Self::is_alive(node)).then(|| self.take(at))
    }

    /// Notes all nodes of this shard, which is of `class`.
    pub(crate) fn note_all(&self, class: usize, seen: &mut Vec<Seen>) {
        self.writer.each(|address, node| {
            // SAFETY: as in `is_alive`.
            let number = unsafe { node.as_ref() }.number;
            seen.push(Seen { number, class, address });
        });
    }

    /// Takes out all that is dead.
    pub(crate) fn sweep_all(&mut self, index: &Index<Node>, dead: &mut Vec<Taken>) {
        for at in 0..self.writer.slots() {
            if let Some((at, node)) = self.writer.get(at)
                && !Self::is_alive(node)
            {
                dead.push(self.take(at));
            }
        }
        self.shrink(index);
    }

    fn shrink(&mut self, index: &Index<Node>) {
        let old = self.writer.shrink(index);
        self.retire(old);
        if self.writer.live() == 0 {
            self.young = Vec::new();
        }
    }

    /// Frees the old arrays, this one too, as soon as nobody reads them.
    #[inline]
    fn retire(&mut self, old: Option<Array<Node>>) {
        self.old.extend(old);
        if !self.old.is_empty() {
            self.free_old();
        }
    }

    #[cold]
    fn free_old(&mut self) {
        if (self.have_left)() {
            for array in std::mem::take(&mut self.old) {
                // SAFETY: unpublished before, and every reader has left it.
                unsafe { array.free() };
            }
        }
    }

    /// Takes everything out, alive or not.
    pub(crate) fn drain(&mut self) -> Vec<Taken> {
        let nodes = self.writer.drain();
        // SAFETY: leaked in `find_or_add`, and in no slot any more.
        nodes.into_iter().map(|node| Taken(unsafe { Box::from_raw(node.as_ptr()) })).collect()
    }

    pub(crate) fn each(&self, mut visit: impl FnMut(&Node)) {
        // SAFETY: as in `is_alive`.
        self.writer.each(|_, node| visit(unsafe { node.as_ref() }));
    }
}
