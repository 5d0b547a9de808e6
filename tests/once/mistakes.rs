//! Mistakes, each in a line that ends with `// here`: the compiler tells one error there.
#![allow(unused)]

use memo_core::{Anchored, weak_memo};
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

struct Doc {
    text: String,
}

struct Mode;

struct Layout;

type Shared = Arc<Doc>;

#[weak_memo]
fn no_owner(doc: &Doc) -> usize { // here
    doc.text.len()
}

impl Doc {
    #[weak_memo]
    fn no_owner_as_self(&self) -> usize { // here
        self.text.len()
    }

    #[weak_memo]
    fn no_key_of_a_method(self: &Arc<Self>, mode: &Mode) -> usize { // here
        self.text.len()
    }

    #[weak_memo]
    fn wrong_key_of_a_method(self: &Arc<Self>, #[memo(key = self.words() + 1)] n: usize) -> usize { // here
        n
    }
}

#[weak_memo]
fn no_key(doc: &Arc<Doc>, mode: Mode) -> usize { // here
    doc.text.len()
}

#[weak_memo]
fn no_key_behind_a_pointer(doc: &Arc<Doc>, mode: &Option<Mode>) -> usize { // here
    doc.text.len()
}

#[weak_memo(capacity = unbounded)]
fn no_key_of_a_lending_memo(doc: &Arc<Doc>, mode: Mode) -> &str { // here
    doc.text.clone()
}

#[weak_memo]
fn no_key_in_a_tuple(
    doc: &Arc<Doc>,
    both: (
        u8,
        Mode, // here
    ),
) -> usize {
    doc.text.len()
}

#[weak_memo]
fn no_bound<K>(doc: &Arc<Doc>, key: K) -> usize { // here
    doc.text.len()
}

#[weak_memo]
fn no_order(doc: &Arc<Doc>, map: &HashMap<u8, u8>) -> usize { // here
    doc.text.len()
}

#[weak_memo]
fn no_value(doc: &Arc<Doc>, #[memo(value)] mode: &Mode) -> usize { // here
    doc.text.len()
}

#[weak_memo]
fn no_field(doc: &Arc<Doc>, #[memo(key = mode.depth)] mode: &Mode) -> usize { // here
    doc.text.len()
}

#[weak_memo]
fn no_key_computed(doc: &Arc<Doc>, #[memo(key = Mode)] mode: &u8) -> usize { // here
    doc.text.len()
}

#[weak_memo]
fn a_key_of_what_ends(doc: &Arc<Doc>, #[memo(key = String::new().as_str())] n: usize) -> usize { // here
    n
}

#[weak_memo(capacity = unbounded)]
fn weak_by_value<'d>(doc: &'d Arc<Doc>, other: Arc<Doc>) -> &'d str { // here
    doc.text.clone()
}

#[weak_memo]
fn of_another_scope(doc: &Arc<Doc>, other: &Rc<Doc>) -> usize { // here
    doc.text.len()
}

#[weak_memo(local)]
fn no_local(doc: &Anchored<Doc>) -> usize { // here
    doc.text.len()
}

#[weak_memo(local)]
fn no_local_lender(doc: &Arc<Doc>) -> &str { // here
    doc.text.clone()
}

#[weak_memo]
fn no_clone(doc: &Arc<Doc>) -> Layout { // here
    Layout
}

#[weak_memo]
fn no_clone_inside(doc: &Arc<Doc>) -> Result<Vec<Layout>, u8> { // here
    Err(1)
}

#[weak_memo]
fn for_one_thread(doc: &Arc<Doc>) -> Rc<str> { // here
    doc.text.as_str().into()
}

#[weak_memo]
fn for_one_thread_and_lent(doc: &Arc<Doc>) -> &Cell<u8> { // here
    Cell::new(1)
}

#[weak_memo]
fn its_owner(doc: &Arc<Doc>) -> Vec<Shared> { // here
    vec![doc.clone()]
}

#[weak_memo(some_only)]
fn no_option(doc: &Arc<Doc>) -> usize { // here
    doc.text.len()
}

#[weak_memo(cache_if = |size| size.is_large())] // here
fn no_test(doc: &Arc<Doc>) -> usize {
    doc.text.len()
}

#[weak_memo]
fn wrong_body(doc: &Arc<Doc>) -> usize {
    doc.text.words() // here
}

#[weak_memo]
fn wrong_result(doc: &Arc<Doc>) -> usize {
    doc.text.as_str() // here
}

#[weak_memo]
fn two(
    doc: &Arc<Doc>,
    mode: &Mode, // here
) -> Layout { // here
    Layout
}

#[weak_memo]
#[track_caller]
fn tracked(
    doc: &Arc<Doc>,
    mode: &Mode, // here
) -> Layout { // here
    Layout
}

fn the_wrong_argument(doc: &Arc<Doc>) {
    wrong_body(&doc.text); // here
    wrong_body_memo().get(&doc.text); // here
}
