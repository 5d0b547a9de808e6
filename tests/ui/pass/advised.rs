//! What the messages advise.

use memo_core::{Anchored, weak_memo};
use std::rc::Rc;
use std::sync::Arc;

// Instead of `&dyn Fn(&str) -> bool`.
#[weak_memo]
fn matcher(text: &Arc<String>) -> &Box<dyn Fn(&str) -> bool + Send + Sync> {
    let text = text.to_string();
    Box::new(move |other| other == text)
}

// Instead of `impl Fn(char) -> bool`.
#[weak_memo]
fn count(doc: &Arc<String>, #[memo(skip)] is: &dyn Fn(char) -> bool) -> usize {
    doc.chars().filter(|&c| is(c)).count()
}

// Instead of an `impl Iterator`.
#[weak_memo]
fn lines(doc: &Arc<String>) -> Arc<dyn Fn(usize) -> bool + Send + Sync> {
    let lines = doc.lines().count();
    Arc::new(move |n| n < lines)
}

// Instead of `&mut self`.
struct Doc(String);

trait Words {
    fn words(&self) -> &[String];
}

impl Words for Anchored<Doc> {
    #[weak_memo(handle = none)]
    fn words(&self) -> &[String] {
        self.0.split(' ').map(str::to_owned).collect()
    }
}

// Results of one thread.
#[weak_memo]
fn lent(doc: &Rc<String>) -> &Rc<str> {
    Rc::from(&***doc)
}

#[weak_memo(local)]
fn by_clone(doc: &Arc<String>) -> Rc<str> {
    Rc::from(&***doc)
}

fn main() {
    let doc = Arc::new("a b".to_owned());
    assert!(matcher(&doc)("a b") && lines(&doc)(0));
    assert_eq!(count(&doc, &char::is_alphabetic), 2);
    assert_eq!(Anchored::new(Doc("a b".to_owned())).words().len(), 2);
    assert_eq!((&**lent(&Rc::new("c".to_owned())), &*by_clone(&doc)), ("c", "a b"));
}
