//! An `impl HasAnchor` by hand makes an owner; a further argument needs a line more, and is told which.

use memo_core::{Anchor, HasAnchor, weak_memo};

struct Own(Anchor);

impl HasAnchor for Own {
    fn anchor(&self) -> &Anchor {
        &self.0
    }
}

trait Node: HasAnchor {}

#[weak_memo]
fn owner(own: &Own) -> u32 {
    let _ = own;
    1
}

#[weak_memo]
fn further(own: &Own, other: &Own) -> u32 {
    let _ = (own, other);
    1
}

#[weak_memo]
fn of_a_trait(own: &Own, other: &dyn Node) -> u32 {
    let _ = (own, other);
    1
}

#[weak_memo]
fn of_a_parameter<N: Node>(own: &N, other: &N) -> u32 {
    let _ = (own, other);
    1
}

fn main() {}
