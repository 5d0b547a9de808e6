//! `Rc` owners: the side table of the thread.

use std::rc::Rc;

use memo_core::weak_memo;

use super::subject;
use crate::doc::Doc;

#[weak_memo]
fn lent(doc: &Rc<Doc>) -> &u64 {
    doc.derived()
}

#[weak_memo]
fn cloned(doc: &Rc<Doc>) -> u64 {
    doc.derived()
}

subject!(Lent, "Rc by reference", Rc<Doc>, |doc| *lent(doc));
subject!(Cloned, "Rc by clone", Rc<Doc>, |doc| cloned(doc));
