//! What the messages on `cycle = ..` say to write.

#![deny(warnings, unsafe_code)]

use memo_core::{Cycle, weak_memo};
use std::sync::Arc;

struct Node {
    next: Vec<Arc<Node>>,
    start: Option<usize>,
}

/// An owned value in place of a lent one.
#[weak_memo(cycle = Arc::new([]))]
fn reached(node: &Arc<Node>) -> Arc<[usize]> {
    node.next.iter().flat_map(|next| reached(next).to_vec()).chain([1]).collect()
}

/// A `match` in place of a `?`.
#[weak_memo(cycle = match node.start { Some(start) => Some(start), None => None })]
fn size(node: &Arc<Node>) -> Option<usize> {
    node.next.iter().map(size).sum::<Option<usize>>().map(|sum| sum + 1)
}

/// A function that uses it; as a closure, with a pattern and a mutable parameter.
#[weak_memo(cycle = |cycle: Cycle| start_of(node, cycle.chain.len() + add))]
fn depth(node: &Arc<Node>, mut add: usize, (_, _): (u8, u8)) -> Option<usize> {
    add += 1;
    node.next.iter().map(|node| depth(node, add, (0, 0))).max().flatten()
}

fn start_of(node: &Node, more: usize) -> Option<usize> {
    Some(node.start? + more)
}

/// Of a type parameter.
#[weak_memo(cycle = T::default(), cache_err)]
fn generic<T: Default + Clone + Send + Sync + 'static>(node: &Arc<T>) -> T {
    generic(node)
}

fn main() {
    let node = Arc::new(Node { next: Vec::new(), start: None });
    assert_eq!((reached(&node).len(), size(&node), depth(&node, 0, (0, 0)), generic(&Arc::new(5))), (1, Some(1), None, 0));
}
