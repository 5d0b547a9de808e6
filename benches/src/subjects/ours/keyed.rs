//! An extra key beside the owner: with the bound that a memo has by itself, with none, and with room for a thousand; and a
//! `String`, which the caller of the lending memo reads in place.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak_memo;

use super::owners::{ArcCloned, ArcLent, Own, OwnCloned, OwnLent, RcCloned};
use crate::Subject;
use crate::doc::Doc;
use crate::subject::Keyed;
use crate::subjects::by_key::Kept as _;

#[weak_memo(capacity = unbounded)]
fn own_lent(own: &Own, width: u32) -> &u64 {
    own.doc.derived_for(width)
}

#[weak_memo(capacity = unbounded)]
fn lent(doc: &Arc<Doc>, width: u32) -> &u64 {
    doc.derived_for(width)
}

#[weak_memo]
fn own_by_default(own: &Own, width: u32) -> u64 {
    own.doc.derived_for(width)
}

#[weak_memo]
fn by_default(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[weak_memo]
fn rc_by_default(doc: &Rc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[weak_memo(capacity = unbounded)]
fn own_unbounded(own: &Own, width: u32) -> u64 {
    own.doc.derived_for(width)
}

#[weak_memo(capacity = unbounded)]
fn unbounded(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[weak_memo(capacity = 1000)]
fn own_bounded(own: &Own, width: u32) -> u64 {
    own.doc.derived_for(width)
}

#[weak_memo(capacity = 1000)]
fn bounded(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[weak_memo(capacity = unbounded)]
fn own_names_lent(own: &Own, width: u32) -> &String {
    String::derived(&own.doc, width)
}

#[weak_memo]
fn own_names(own: &Own, width: u32) -> String {
    String::derived(&own.doc, width)
}

#[weak_memo(capacity = unbounded)]
fn names_lent(doc: &Arc<Doc>, width: u32) -> &String {
    String::derived(doc, width)
}

#[weak_memo]
fn names(doc: &Arc<Doc>, width: u32) -> String {
    String::derived(doc, width)
}

/// A [`Keyed`] that is one function of object and key. A fresh one begins with a sweep.
macro_rules! keyed {
    ($keyed:ident, $name:literal, column $column:expr, $object:ty, |$argument:ident, $key:ident| $call:expr) => {
        #[derive(Debug)]
        pub(crate) struct $keyed;

        impl Keyed for $keyed {
            const NAME: &'static str = $name;
            const COLUMN: &'static str = $column;
            type Object = $object;

            fn new(_room: usize) -> Self {
                memo_core::sweep();
                Self
            }

            #[inline(always)]
            fn call(&self, $argument: &$object, $key: u32) -> u64 {
                $call
            }
        }
    };
}

const OWN_LENT: &str = OwnLent::NAME;
const OWN: &str = OwnCloned::NAME;
const LENT: &str = ArcLent::NAME;
const CLONED: &str = ArcCloned::NAME;

keyed!(OwnLentByKey, "in-object by reference, keyed", column OWN_LENT, Arc<Own>, |own, key| *own_lent(own, key));
keyed!(ArcLentByKey, "Arc by reference, keyed", column LENT, Arc<Doc>, |doc, key| *lent(doc, key));
keyed!(OwnByDefault, "in-object by clone, keyed", column OWN, Arc<Own>, |own, key| own_by_default(own, key));
keyed!(ByDefault, "Arc by clone, keyed", column CLONED, Arc<Doc>, |doc, key| by_default(doc, key));
keyed!(RcByDefault, "Rc by clone, keyed", column RcCloned::NAME, Rc<Doc>, |doc, key| rc_by_default(doc, key));
keyed!(OwnUnbounded, "in-object by clone, keyed, unbounded", column OWN, Arc<Own>, |own, key| own_unbounded(own, key));
keyed!(Unbounded, "Arc by clone, keyed, unbounded", column CLONED, Arc<Doc>, |doc, key| unbounded(doc, key));
keyed!(OwnBounded, "in-object by clone, keyed, 1,000 at most", column OWN, Arc<Own>, |own, key| own_bounded(own, key));
keyed!(Bounded, "Arc by clone, keyed, 1,000 at most", column CLONED, Arc<Doc>, |doc, key| bounded(doc, key));
keyed!(OwnNamesLent, "in-object by reference, keyed", column OWN_LENT, Arc<Own>, |own, key| own_names_lent(own, key).number());
keyed!(OwnNames, "in-object by clone, keyed", column OWN, Arc<Own>, |own, key| own_names(own, key).number());
keyed!(ArcNamesLent, "Arc by reference, keyed", column LENT, Arc<Doc>, |doc, key| names_lent(doc, key).number());
keyed!(ArcNames, "Arc by clone, keyed", column CLONED, Arc<Doc>, |doc, key| names(doc, key).number());
