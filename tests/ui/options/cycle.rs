//! What is written for a ring is no result.

use memo_core::weak_memo;
use std::sync::Arc;

struct Node {
    next: Vec<Arc<Node>>,
}

#[weak_memo(cycle = "none")]
fn depth(node: &Arc<Node>) -> usize {
    node.next.iter().map(depth).max().unwrap_or(0) + 1
}

#[weak_memo(cycle = |cycle| cycle.chain)]
fn size(node: &Arc<Node>) -> usize {
    node.next.iter().map(size).sum::<usize>() + 1
}

fn main() {}
