//! A thread-bound object does not make a thread-bound result legal: its anchor can be moved out, and sent away.

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::rc::Rc;

#[derive(HasAnchor)]
struct Node {
    name: Rc<str>,
    anchor: Anchor,
}

#[weak_memo]
fn name(node: &Node) -> Rc<str> {
    node.name.clone()
}

fn main() {}
