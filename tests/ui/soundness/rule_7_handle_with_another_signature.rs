//! How a handle calls its function is not for others to say.

use memo_core::handle::Signature;
use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn length(doc: &Arc<String>) -> usize {
    doc.len()
}

struct Other;

impl Signature<Other, Other> for fn(&Arc<String>) -> usize {
    type Out = String;
    type List = ();
}

fn main() {
    let _: Option<String> = length_memo().get(Other);
}
