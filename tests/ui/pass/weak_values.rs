//! What the messages on `weak_value` say to write.

#![deny(warnings, unsafe_code)]

use memo_core::weak_memo;
use std::rc::Rc;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(weak_value)]
fn words(doc: &Arc<Doc>) -> Arc<usize> {
    Arc::new(doc.text.split(' ').count())
}

#[weak_memo(weak_value)]
fn lines(doc: &Arc<Doc>, from: usize) -> Option<Arc<Vec<String>>> {
    doc.text.get(from..).map(|text| Arc::new(text.lines().map(str::to_owned).collect()))
}

#[weak_memo(weak_value)]
fn number(doc: &Rc<Doc>) -> Result<Rc<u32>, std::num::ParseIntError> {
    doc.text.parse().map(Rc::new)
}

/// An alias, by type; it may hold its owner, or be it.
type Shared<T> = Arc<T>;

#[weak_memo(weak_value)]
fn all(doc: &Arc<Doc>) -> Shared<Vec<Arc<Doc>>> {
    Arc::new(vec![Arc::clone(doc)])
}

#[weak_memo(weak_value, handle = none)]
fn same(doc: &Arc<Doc>) -> Shared<Doc> {
    Arc::clone(doc)
}

#[weak_memo(weak_value)]
fn generic<T: Send + Sync + 'static>(doc: &Arc<T>, _more: usize) -> Arc<Option<T>> {
    let _ = doc;
    Arc::new(None)
}

fn main() {
    let doc = Arc::new(Doc { text: "1".to_owned() });
    let (held, held_lines) = (words(&doc), lines(&doc, 0));
    assert!(Arc::ptr_eq(&held, &words(&doc)) && Arc::ptr_eq(held_lines.as_ref().unwrap(), &lines(&doc, 0).unwrap()));
    assert_eq!(number(&Rc::new(Doc { text: "1".to_owned() })), Ok(Rc::new(1)));
    assert!(Arc::ptr_eq(&all(&doc)[0], &same(&doc)) && generic(&doc, 1).is_none());
    assert_eq!(Arc::strong_count(&doc), 1);
}
