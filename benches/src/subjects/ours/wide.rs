//! An extra key beside the owner; each object has an entry for each of [`WIDTHS`].

use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak_memo;

use super::in_object::Own;
use super::{arc, in_object, rc, subject};
use crate::doc::Doc;
use crate::subjects::{WIDTHS, each_width};

#[weak_memo]
fn own(own: &Own, width: u32) -> u64 {
    own.doc.derived_for(width)
}

#[weak_memo(capacity = unbounded)]
fn own_lent(own: &Own, width: u32) -> &u64 {
    own.doc.derived_for(width)
}

#[weak_memo]
fn shared(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[weak_memo(capacity = unbounded)]
fn shared_lent(doc: &Arc<Doc>, width: u32) -> &u64 {
    doc.derived_for(width)
}

#[weak_memo]
fn single(doc: &Rc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

const CALLS: u64 = WIDTHS as u64;

subject!(OwnLent, "in-object by reference, wide", column in_object::Lent::NAME, calls CALLS, Arc<Own>, |object| {
    each_width(|width| *own_lent(object, width))
});
subject!(OwnCloned, "in-object by clone, wide", column in_object::Cloned::NAME, calls CALLS, Arc<Own>, |object| {
    each_width(|width| own(object, width))
});
subject!(SharedLent, "Arc by reference, wide", column arc::Lent::NAME, calls CALLS, Arc<Doc>, |doc| {
    each_width(|width| *shared_lent(doc, width))
});
subject!(Shared, "Arc by clone, wide", column arc::Cloned::NAME, calls CALLS, Arc<Doc>, |doc| {
    each_width(|width| shared(doc, width))
});
subject!(Single, "Rc by clone, wide", column rc::Cloned::NAME, calls CALLS, Rc<Doc>, |doc| {
    each_width(|width| single(doc, width))
});
