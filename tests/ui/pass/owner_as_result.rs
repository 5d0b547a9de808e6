//! What is advised where a result would hold its owner.

use memo_core::weak_memo;
use std::sync::{Arc, Weak};

struct Doc {
    next: Option<Arc<Doc>>,
}
type DocRef = Arc<Doc>;
type Parsed<T> = Result<T, String>;
struct Wrapper<T>(T);
impl<T: Clone> Clone for Wrapper<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

// By clone, the pointer alone, or in an `Option` or a `Result`.
#[weak_memo]
fn last(doc: &Arc<Doc>) -> Arc<Doc> {
    doc.next.clone().unwrap_or_else(|| doc.clone())
}

#[weak_memo]
fn plain(doc: &DocRef) -> Parsed<DocRef> {
    Ok(doc.clone())
}

#[weak_memo]
fn spelt(doc: &Arc<Doc>) -> Parsed<Arc<Doc>> {
    Ok(doc.clone())
}

// Whatever the error is: it is not kept.
type Read<T> = Result<T, std::io::Error>;

#[weak_memo]
fn read(doc: &Arc<Doc>) -> Read<Option<Arc<Doc>>> {
    Ok(Some(doc.clone()))
}

// A `Weak`.
#[weak_memo]
fn weak(doc: &Arc<Doc>) -> Vec<Weak<Doc>> {
    vec![Arc::downgrade(doc)]
}

// The word, where it is never the owner itself.
#[weak_memo(may_return_owner)]
fn others(doc: &DocRef) -> Wrapper<Vec<Arc<Doc>>> {
    Wrapper(doc.next.clone().into_iter().collect())
}

#[weak_memo(may_return_owner)]
fn next(doc: &Arc<Doc>) -> Option<&DocRef> {
    doc.next.clone()
}

// Longer than what its owner borrows: never the owner itself.
struct Text<'a>(&'a str);

#[weak_memo]
fn owned(text: &Arc<Text<'_>>) -> Arc<Text<'static>> {
    Arc::new(Text(if text.0.is_empty() { "empty" } else { "text" }))
}

// Objects by value are no pointers to themselves.
#[derive(Clone, memo_core::HasAnchor)]
struct Node {
    anchor: memo_core::Anchor,
}

#[weak_memo]
fn copies(node: &Node) -> Vec<Node> {
    vec![node.clone()]
}

#[weak_memo]
fn copy(node: &Node) -> &Node {
    node.clone()
}

fn main() {
    let doc = Arc::new(Doc { next: None });
    assert!(Arc::ptr_eq(&last(&doc), &doc));
    assert!(plain(&doc).is_ok() && spelt(&doc).is_ok() && read(&doc).is_ok());
    assert_eq!(weak(&doc).len(), 1);
    assert!(others(&doc).0.is_empty() && next(&doc).is_none());
    assert_eq!(Arc::strong_count(&doc), 1);
    let text = String::new();
    assert_eq!(owned(&Arc::new(Text(&text))).0, "empty");
    let node = Node { anchor: memo_core::Anchor::new() };
    assert_eq!(copies(&node).len(), 1);
    let _ = copy(&node);
}
