//! Results that are no `Arc`, or cannot be compared.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

struct Tree(usize);

#[weak_memo(reuse_equal)]
fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

#[weak_memo(reuse_equal)]
fn tree(doc: &Arc<Doc>) -> Arc<Tree> {
    Arc::new(Tree(doc.text.len()))
}

fn main() {
    let _ = |tree: Tree| tree.0;
}
