//! A trait of the user's for all types, whose methods take `self` by value, comes before methods that borrow: none of the
//! expansion's goes by such a name.

#![deny(warnings)]

use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, MemoKey, weak_memo};

trait Everything: Sized {
    fn anchor(self) {}
    fn ask(self) {}
    fn computed(self) {}
    fn core(self) {}
    fn hash_key(self) {}
    fn held(self) {}
    fn instance(self, _: &dyn Fn()) {}
    fn keeping(self) {}
    fn lent(self) {}
    fn marking(self) {}
    fn only(self) {}
    fn pass(self) {}
    fn probe_key(self) {}
    fn same(self) {}
    fn to_stored(self) {}
}

impl<T> Everything for T {}

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

#[derive(MemoKey)]
enum How<'a> {
    Wide(&'a Arc<u8>, u32),
    Narrow,
}

// By clone: all is kept, an `Ok`, a `Some`, what passes a test; with and without a key; one memo and many.
#[weak_memo]
fn len(doc: &Doc) -> usize {
    doc.text.len()
}

#[weak_memo]
fn cut(doc: &Arc<Doc>, at: usize, how: &How<'_>) -> Result<String, usize> {
    let at = if let How::Wide(by, times) = how { at + usize::from(***by) * *times as usize } else { at };
    doc.text.get(..at).map(str::to_owned).ok_or(at)
}

#[weak_memo(some_only)]
fn first<T: MemoKey>(doc: &Doc, of: Option<&T>) -> Option<char> {
    of.and_then(|_| doc.text.chars().next())
}

#[weak_memo(cache_if = |text| !text.is_empty())]
fn text(doc: &Doc) -> String {
    doc.text.clone()
}

#[weak_memo(may_return_owner)]
fn all(doc: &Arc<Doc>) -> Vec<Arc<Doc>> {
    Vec::from([Arc::clone(doc)].map(|doc| Arc::new(Doc { text: doc.text.clone(), anchor: Anchor::new() })))
}

// What may be the owner, and what may hold it.
#[weak_memo]
fn itself(doc: &Arc<Doc>) -> Option<Arc<Doc>> {
    Some(Arc::clone(doc))
}

#[weak_memo]
fn other(doc: &Arc<Doc>) -> (usize, Arc<str>) {
    (1, doc.text.as_str().into())
}

impl Doc {
    #[weak_memo(capacity = unbounded)]
    fn words(&self, from: usize) -> Result<&[String], u8> {
        if from > 9 { Err(1) } else { Ok(self.text.split(' ').skip(from).map(str::to_owned).collect()) }
    }
}

trait Layout {
    fn wide(&self) -> usize;
    fn high(&self) -> &usize;
}

impl Layout for Doc {
    #[weak_memo(handle = none)]
    fn wide(&self) -> usize {
        self.text.len()
    }

    #[weak_memo(handle = none)]
    fn high(&self) -> &usize {
        self.text.lines().count()
    }
}

fn main() {
    let doc = Arc::new(Doc { text: String::from("a b"), anchor: Anchor::new() });
    assert_eq!((len(&doc), text(&doc).as_str(), first(&doc, Some(&1_u8))), (3, "a b", Some('a')));
    assert_eq!(cut(&doc, 1, &How::Narrow).as_deref(), Ok("a"));
    assert_eq!(cut(&doc, 1, &How::Wide(&Arc::new(2), 3)), Err(7));
    assert!(Arc::ptr_eq(&itself(&doc).unwrap(), &doc) && &*other(&doc).1 == "a b" && all(&doc).len() == 1);
    assert_eq!((doc.words(1).unwrap(), doc.wide(), doc.high()), (&["b".to_owned()][..], 3, &1));
    len_memo().clear();
    Doc::words_memo().get((&*doc, 1)).unwrap().unwrap();
}
