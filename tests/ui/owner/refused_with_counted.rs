//! What was asked first is refused; that the result holds an `Arc` or `Rc` of something else is no second mistake.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, weak_memo};

struct Doc(u8);

#[derive(HasAnchor)]
struct Own {
    number: u8,
    anchor: Anchor,
}

struct Holder<T>(T);

#[weak_memo]
fn parts(doc: &Doc) -> Vec<Arc<str>> {
    vec![doc.0.to_string().into()]
}

#[weak_memo]
fn names(doc: &Arc<Doc>) -> Vec<Rc<str>> {
    vec![doc.0.to_string().into()]
}

#[weak_memo]
fn name(doc: &Arc<Doc>) -> &Rc<str> {
    doc.0.to_string().into()
}

#[weak_memo]
fn held(doc: &Arc<Doc>) -> Holder<Arc<str>> {
    Holder(doc.0.to_string().into())
}

#[weak_memo(local)]
fn numbers(own: &Own) -> Vec<Arc<u8>> {
    vec![Arc::new(own.number)]
}

fn main() {
    let doc = Arc::new(Doc(7));
    println!("{} {} {} {}", parts(&doc).len(), names(&doc).len(), name(&doc), held(&doc).0);
    println!("{}", numbers(&Own { number: 7, anchor: Anchor::new() }).len());
}
