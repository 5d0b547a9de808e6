//! A value for a ring, where the result is lent.

use memo_core::weak_memo;
use std::sync::Arc;

struct Node {
    next: Vec<Arc<Node>>,
}

#[weak_memo(cycle = Vec::new())]
fn reached(node: &Arc<Node>) -> &[usize] {
    node.next.iter().flat_map(|next| reached(next).iter().copied()).collect()
}

fn main() {}
