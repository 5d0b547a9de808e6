//! A value for a ring that leaves the memo.

use memo_core::weak_memo;
use std::sync::Arc;

struct Node {
    next: Vec<Arc<Node>>,
    start: Option<usize>,
}

#[weak_memo(cycle = Some(node.start?))]
fn size(node: &Arc<Node>) -> Option<usize> {
    node.next.iter().map(size).sum::<Option<usize>>().map(|sum| sum + 1)
}

#[weak_memo(cycle = return 0)]
fn depth(node: &Arc<Node>) -> usize {
    node.next.iter().map(depth).max().unwrap_or(0) + 1
}

fn main() {}
