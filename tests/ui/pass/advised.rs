//! What the messages advise.

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
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

// Weak arguments in what is passed by value, beside a lent result.
#[weak_memo(capacity = unbounded)]
fn in_an_option(doc: &Arc<String>, theme: &Option<&Arc<String>>) -> &str {
    format!("{doc}{}", theme.map_or("", |theme| theme))
}

#[weak_memo(capacity = unbounded)]
fn in_a_tuple(doc: &Arc<String>, how: &(u32, &Arc<String>)) -> &str {
    format!("{doc}{}{}", how.0, how.1)
}

// A trait whose result is lent from several.
trait Layout {
    fn layout<'a>(&'a self, theme: &'a Arc<String>) -> &'a str;
}

impl Layout for Anchored<Doc> {
    #[weak_memo(handle = none, capacity = unbounded)]
    fn layout<'a>(&'a self, theme: &'a Arc<String>) -> &'a str {
        format!("{}{theme}", self.0)
    }
}

// Objects of a trait that may borrow.
trait Node {
    fn own_anchor(&self) -> &Anchor;
}

impl HasAnchor for dyn Node + '_ {
    fn anchor(&self) -> &Anchor {
        self.own_anchor()
    }
}

struct Named<'n>(&'n str, Anchor);

impl Node for Named<'_> {
    fn own_anchor(&self) -> &Anchor {
        assert!(!self.0.is_empty());
        &self.1
    }
}

memo_core::key_as!(dyn Node + '_ => memo_core::Anchor, |this| this.anchor());

#[weak_memo]
fn number(node: &dyn Node) -> u32 {
    let _ = node;
    1
}

#[weak_memo]
fn beside(node: &dyn Node, other: &dyn Node, more: Option<&dyn Node>) -> bool {
    let _ = (node, other);
    more.is_none()
}

// Keys that are not left early.
#[weak_memo]
fn parsed(doc: &Arc<String>, #[memo(key = text.parse::<u8>().ok())] text: &str) -> Result<u8, std::num::ParseIntError> {
    Ok(text.parse::<u8>()? + u8::from(doc.is_empty()))
}

// A type parameter that has an anchor.
#[weak_memo]
fn either<N: HasAnchor + memo_core::MemoKey<memo_core::key::Shared>>(node: &N, other: &N) -> u32 {
    let _ = (node, other);
    2
}

// Bodies that yield what is lent by value, and what points into the argument.
#[weak_memo]
fn cloned(doc: &Arc<String>) -> &str {
    doc.trim().to_owned()
}

#[weak_memo]
fn range(doc: &Arc<String>) -> std::ops::Range<usize> {
    0..doc.find(' ').unwrap_or(doc.len())
}

// Marks where the memo is under a condition.
#[cfg_attr(all(), weak_memo)]
fn logged(doc: &Arc<String>, #[cfg_attr(all(), memo(skip))] log: &mut Vec<usize>) -> usize {
    log.push(doc.len());
    doc.len()
}

#[cfg_attr(any(), weak_memo)]
fn not_logged(doc: &Arc<String>, #[cfg_attr(any(), memo(skip))] log: &mut Vec<usize>) -> usize {
    log.push(doc.len());
    doc.len()
}

// What the hidden functions' names say.
trait Length {
    fn length(doc: &Arc<String>) -> usize;
}

impl Doc {
    #[weak_memo(associated)]
    fn of(doc: &Arc<String>) -> usize {
        doc.len()
    }
}

impl Length for Doc {
    #[weak_memo(handle = none)]
    fn length(doc: &Arc<String>) -> usize {
        doc.len()
    }
}

fn main() {
    let doc = Arc::new("a b".to_owned());
    assert!(matcher(&doc)("a b") && lines(&doc)(0));
    assert_eq!(count(&doc, &char::is_alphabetic), 2);
    assert_eq!(Anchored::new(Doc("a b".to_owned())).words().len(), 2);
    assert_eq!((&**lent(&Rc::new("c".to_owned())), &*by_clone(&doc)), ("c", "a b"));
    assert_eq!(in_an_option(&doc, &Some(&doc)), "a ba b");
    assert_eq!(in_a_tuple(&doc, &(1, &doc)), "a b1a b");
    assert_eq!(Anchored::new(Doc("c".to_owned())).layout(&doc), "ca b");
    let name = "a name".to_owned();
    assert_eq!(number(&Named(&name, Anchor::new())), 1);
    let (one, two) = (Named(&name, Anchor::new()), Named(&name, Anchor::new()));
    assert!(beside(&one, &two, None));
    assert_eq!(either(&Anchored::new(1), &Anchored::new(2)), 2);
    assert_eq!((cloned(&doc), range(&doc)), ("a b", 0..1));
    assert_eq!(parsed(&doc, "3"), Ok(3));
    let mut log = Vec::new();
    for _ in 0..2 {
        logged(&doc, &mut log);
        not_logged(&doc, &mut log);
    }
    assert_eq!(log.len(), 3);
    assert_eq!((Doc::of(&doc), Doc::length(&doc)), (3, 3));
}
