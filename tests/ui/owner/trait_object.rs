//! An anchor of `dyn Node + 'static` alone.

use memo_core::{Anchor, HasAnchor, weak_memo};

trait Node {
    fn own_anchor(&self) -> &Anchor;
}

impl HasAnchor for dyn Node {
    fn anchor(&self) -> &Anchor {
        self.own_anchor()
    }
}

#[weak_memo]
fn number(node: &dyn Node) -> u32 {
    let _ = node;
    1
}

fn main() {}
