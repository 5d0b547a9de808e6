//! What the messages on `reuse_equal` say to write.

#![deny(warnings, unsafe_code)]

use memo_core::weak_memo;
use std::rc::Rc;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[derive(PartialEq)]
struct Tree(usize);

#[weak_memo(reuse_equal)]
fn words(doc: &Arc<Doc>) -> Arc<usize> {
    Arc::new(doc.text.split(' ').count())
}

#[weak_memo(reuse_equal)]
fn tree(doc: &Arc<Doc>, from: usize) -> Option<Arc<Tree>> {
    doc.text.get(from..).map(|text| Arc::new(Tree(text.len())))
}

#[weak_memo(reuse_equal, cache_err)]
fn number(doc: &Rc<Doc>) -> Result<Arc<u32>, std::num::ParseIntError> {
    doc.text.parse().map(Arc::new)
}

#[weak_memo(reuse_equal, weak_value, handle = none)]
#[allow(clippy::needless_pass_by_value)]
fn both(doc: &Arc<Doc>) -> Arc<str> {
    doc.text.trim().into()
}

#[weak_memo(reuse_equal)]
#[track_caller]
fn generic<T: PartialEq + Clone + Send + Sync + 'static>(doc: &Arc<T>) -> Arc<T> {
    Arc::new((**doc).clone())
}

fn main() {
    let doc = |text: &str| Arc::new(Doc { text: text.to_owned() });
    let (one, other) = (doc("1"), doc("1 "));
    assert!(Arc::ptr_eq(&words(&one), &words(&doc("2"))) && !Arc::ptr_eq(&words(&one), &words(&other)));
    assert!(Arc::ptr_eq(&tree(&one, 0).unwrap(), &tree(&other, 1).unwrap()) || tree(&one, 2).is_none());
    assert_eq!(number(&Rc::new(Doc { text: "1".to_owned() })), Ok(Arc::new(1)));
    let held = both(&one);
    assert!(Arc::ptr_eq(&held, &both(&other)));
    assert!(Arc::ptr_eq(&generic(&Arc::new(5)), &generic(&Arc::new(5))));
}
