//! The memory of a shard's nodes, in chunks: nodes that are added one after the other lie side by side, and cost no allocation each.
//!
//! # Invariants
//!
//! 1. A node is given out once until it is given back. It does not move.
//! 2. A chunk's bits are its nodes that are not given out. It is on the list of open chunks if it has any.
//! 3. A chunk of which nothing is given out is freed, but for one.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

struct Chunk<N> {
    /// A box, which nobody uses as one: others use its parts.
    nodes: NonNull<[MaybeUninit<N>]>,
    free: u64,
}

impl<N> Chunk<N> {
    fn new(nodes: usize) -> Self {
        let memory = Box::leak(Box::new_uninit_slice(nodes));
        Self { nodes: NonNull::from(memory), free: u64::MAX >> (MOST - nodes) }
    }

    fn first(&self) -> NonNull<N> {
        self.nodes.cast()
    }

    fn is_unused(&self) -> bool {
        self.free.count_ones() as usize == self.nodes.len()
    }
}

impl<N> Drop for Chunk<N> {
    fn drop(&mut self) {
        // What is still used was forgotten by its holder, and stays.
        if self.is_unused() {
            // SAFETY: made of a box, and no part of it is given out.
            drop(unsafe { Box::from_raw(self.nodes.as_ptr()) });
        }
    }
}

/// A bit each in a word.
const MOST: usize = 64;
const FIRST: usize = 4;

pub(super) struct Pool<N> {
    /// `None`: freed.
    chunks: Vec<Option<Chunk<N>>>,
    /// Chunks with free nodes.
    open: Vec<u32>,
    /// Numbers of chunks that were freed.
    gone: Vec<u32>,
}

// SAFETY: memory that is not used, and pointers to what is.
unsafe impl<N: Send> Send for Pool<N> {}

impl<N> Pool<N> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), open: Vec::new(), gone: Vec::new() }
    }

    /// Gives out memory for a node that `make` makes, who is told the number of its chunk.
    pub(super) fn put(&mut self, make: impl FnOnce(u32) -> N) -> NonNull<N> {
        let number = match self.open.last() {
            Some(&number) => number,
            None => self.add_chunk(),
        };
        let chunk = self.chunks[number as usize].as_mut().expect("an open chunk is there");
        let at = chunk.free.trailing_zeros() as usize;
        chunk.free &= chunk.free - 1;
        if chunk.free == 0 {
            self.open.pop();
        }
        // SAFETY: the bit says that it is one of them.
        let node = unsafe { chunk.first().add(at) };
        // SAFETY: it is not given out.
        unsafe { node.write(make(number)) };
        node
    }

    fn add_chunk(&mut self) -> u32 {
        let nodes = (FIRST << (2 * self.chunks.len().min(2))).min(MOST);
        let chunk = Some(Chunk::new(nodes));
        let number = match self.gone.pop() {
            Some(number) => {
                self.chunks[number as usize] = chunk;
                number
            }
            None => {
                self.chunks.push(chunk);
                u32::try_from(self.chunks.len() - 1).expect("fewer than 2^32 chunks")
            }
        };
        self.open.push(number);
        number
    }

    /// Takes back the memory of a node of this chunk. Nothing is dropped.
    pub(super) fn give_back(&mut self, node: NonNull<N>, number: u32) {
        let chunk = self.chunks[number as usize].as_mut().expect("a node of it is given out");
        let at = (node.addr().get() - chunk.first().addr().get()) / size_of::<N>();
        if chunk.free == 0 {
            self.open.push(number);
        }
        chunk.free |= 1 << at;
        if chunk.is_unused() && self.open.len() > 1 {
            self.chunks[number as usize] = None;
            self.open.retain(|open| *open != number);
            self.gone.push(number);
        }
    }
}
