//! Bodies that take their time, for many callers of one missing entry.

use std::sync::Arc;

use memo_core::weak_memo;

use super::in_object::Own;
use super::{arc, in_object, subject};
use crate::doc::Doc;

#[weak_memo]
fn own_lent(own: &Own) -> &u64 {
    own.doc.derived_slowly()
}

#[weak_memo]
fn own_cloned(own: &Own) -> u64 {
    own.doc.derived_slowly()
}

#[weak_memo]
fn lent(doc: &Arc<Doc>) -> &u64 {
    doc.derived_slowly()
}

#[weak_memo]
fn cloned(doc: &Arc<Doc>) -> u64 {
    doc.derived_slowly()
}

subject!(OwnLent, "in-object by reference, storm", column in_object::Lent::NAME, Arc<Own>, |own| *own_lent(own));
subject!(OwnCloned, "in-object by clone, storm", column in_object::Cloned::NAME, Arc<Own>, |own| own_cloned(own));
subject!(Lent, "Arc by reference, storm", column arc::Lent::NAME, Arc<Doc>, |doc| *lent(doc));
subject!(Cloned, "Arc by clone, storm", column arc::Cloned::NAME, Arc<Doc>, |doc| cloned(doc));
