//! A value without a size.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

use std::path::Path;

#[weak_memo]
fn path(doc: &Arc<Doc>) -> &Path {
    Path::new(&doc.text).to_owned()
}

fn main() {}
