//! A type that there is not is told as such, and nothing more of the result that holds an `Arc`.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn parts(doc: &Arc<crate::Docc>) -> Vec<Arc<u8>> {
    let _ = doc;
    Vec::new()
}

fn main() {}
