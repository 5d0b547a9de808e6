//! The memory of a shard's nodes, in chunks: nodes that are added one after the other lie side by side, and cost no allocation each.
//!
//! # Invariants
//!
//! 1. A node is given out once until it is given back. It does not move.
//! 2. A chunk's bits are its nodes that are not given out. It is on the list of open chunks, at its seat, if it has any.
//! 3. A chunk of which nothing is given out is freed, unless it is the only open one; of a pool of which nothing is given out, if it is small.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

struct Chunk<N> {
    /// A box, which nobody uses as one: others use its parts.
    nodes: NonNull<[MaybeUninit<N>]>,
    free: u64,
    /// Where on the list of open chunks it is, if it is.
    seat: usize,
}

impl<N> Chunk<N> {
    fn new(nodes: usize) -> Self {
        let memory = Box::leak(Box::new_uninit_slice(nodes));
        Self { nodes: NonNull::from(memory), free: u64::MAX >> (MOST - nodes), seat: 0 }
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
    /// Nodes that are given out. A new chunk has at most as many, so that a few nodes take little memory.
    out: usize,
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
        Self { out: 0, chunks: Vec::new(), open: Vec::new(), gone: Vec::new() }
    }

    /// Gives out memory for a node that `make` makes, who is told the number of its chunk.
    pub(super) fn put(&mut self, make: impl FnOnce(u32) -> N) -> NonNull<N> {
        let number = match self.open.last() {
            Some(&number) => number,
            None => self.add_chunk(),
        };
        self.out += 1;
        let chunk = self.chunk(number);
        let at = chunk.free.trailing_zeros() as usize;
        chunk.free &= chunk.free - 1;
        let (first, is_full) = (chunk.first(), chunk.free == 0);
        if is_full {
            self.open.pop();
        }
        // SAFETY: the bit says that it is one of them.
        let node = unsafe { first.add(at) };
        // SAFETY: it is not given out.
        unsafe { node.write(make(number)) };
        node
    }

    fn add_chunk(&mut self) -> u32 {
        let nodes = self.out.clamp(FIRST, MOST);
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
        self.open(number);
        number
    }

    fn chunk(&mut self, number: u32) -> &mut Chunk<N> {
        self.chunks[number as usize].as_mut().expect("it has a node that is given out, or is open")
    }

    /// Puts a chunk on the list of open ones.
    fn open(&mut self, number: u32) {
        self.chunk(number).seat = self.open.len();
        self.open.push(number);
    }

    /// Takes back the memory of a node of this chunk. Nothing is dropped.
    pub(super) fn give_back(&mut self, node: NonNull<N>, number: u32) {
        let chunk = self.chunk(number);
        let at = (node.addr().get() - chunk.first().addr().get()) / size_of::<N>();
        let was_full = chunk.free == 0;
        chunk.free |= 1 << at;
        let (is_unused, is_small, seat) = (chunk.is_unused(), chunk.nodes.len() == FIRST, chunk.seat);
        self.out -= 1;
        if self.out == 0 && !(is_small && self.open.len() == 1) {
            // All chunks are unused.
            *self = Self::new();
        } else if was_full {
            self.open(number);
        } else if is_unused && self.open.len() > 1 {
            self.open.swap_remove(seat);
            if let Some(&moved) = self.open.get(seat) {
                self.chunk(moved).seat = seat;
            }
            self.chunks[number as usize] = None;
            self.gone.push(number);
        }
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use std::collections::HashMap;

    use super::*;

    struct Node {
        chunk: u32,
        name: u64,
    }

    #[test]
    fn nodes_are_given_out_once_and_chunks_freed_but_for_a_small_one() {
        let (mut pool, mut out) = (Pool::new(), HashMap::new());
        let (mut state, mut name) = (7_u64, 0);
        for round in 0..30_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let grows = state >> 33 & 7 < if round < 15_000 { 5 } else { 2 };
            if grows {
                name += 1;
                let node = pool.put(|chunk| Node { chunk, name });
                assert!(out.insert(node, name).is_none(), "given out twice");
            } else if let Some(&node) = out.keys().nth((state >> 40) as usize % out.len().clamp(1, 50)) {
                give_back(&mut pool, &mut out, node);
            }
            assert!(
                pool.open
                    .iter()
                    .enumerate()
                    .all(|(seat, open)| pool.chunks[*open as usize].as_ref().unwrap().seat == seat)
            );
        }
        for node in out.keys().copied().collect::<Vec<_>>() {
            give_back(&mut pool, &mut out, node);
        }
        assert!(
            pool.chunks.iter().flatten().all(|chunk| chunk.nodes.len() == FIRST),
            "a large chunk is kept for nothing"
        );
        assert!(pool.open.len() <= 1);
    }

    fn give_back(pool: &mut Pool<Node>, out: &mut HashMap<NonNull<Node>, u64>, node: NonNull<Node>) {
        let name = out.remove(&node);
        // SAFETY: it is given out.
        let here = unsafe { node.as_ref() };
        assert_eq!(Some(here.name), name, "as it was left");
        pool.give_back(node, here.chunk);
    }
}
