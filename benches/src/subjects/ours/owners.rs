//! One memo of each kind of owner, by reference and by clone: the anchor inside the object (derived on the user's struct, and round it by
//! `Anchored`), `Arc` (the side table of the process, and with `local` that of the thread), and `Rc` (that of the thread). And the same with bodies
//! that take their time, for many callers of one missing entry.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};

use super::subject;
use crate::doc::{Doc, Object};

/// An object with an anchor of its own. It is held in an `Arc` as the peers' objects are, so that lives and memory compare;
/// the `Arc` has no part in the memo.
#[derive(Debug, HasAnchor)]
pub(crate) struct Own {
    anchor: Anchor,
    pub(super) doc: Doc,
}

impl Object for Arc<Own> {
    fn create(seed: u64, text_len: usize) -> Self {
        Arc::new(Own { anchor: Anchor::new(), doc: Doc::new(seed, text_len) })
    }
}

impl Object for Arc<Anchored<Doc>> {
    fn create(seed: u64, text_len: usize) -> Self {
        Arc::new(Anchored::new(Doc::new(seed, text_len)))
    }
}

#[weak_memo]
fn own_lent(own: &Own) -> &u64 {
    own.doc.derived()
}

#[weak_memo]
fn own_cloned(own: &Own) -> u64 {
    own.doc.derived()
}

#[weak_memo]
fn anchored(doc: &Anchored<Doc>) -> &u64 {
    doc.derived()
}

subject!(OwnLent, "in-object by reference", Arc<Own>, |own| *own_lent(own));
subject!(OwnCloned, "in-object by clone", Arc<Own>, |own| own_cloned(own));
subject!(AnchoredLent, "Anchored by reference", Arc<Anchored<Doc>>, |doc| *anchored(doc));

#[weak_memo]
pub(in crate::subjects) fn arc_lent(doc: &Arc<Doc>) -> &u64 {
    doc.derived()
}

#[weak_memo]
pub(in crate::subjects) fn arc_cloned(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[weak_memo(local)]
fn arc_local(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

subject!(ArcLent, "Arc by reference", Arc<Doc>, |doc| *arc_lent(doc));
subject!(ArcCloned, "Arc by clone", Arc<Doc>, |doc| arc_cloned(doc));
subject!(ArcLocal, "Arc local by clone", Arc<Doc>, |doc| arc_local(doc));

#[weak_memo]
fn rc_lent(doc: &Rc<Doc>) -> &u64 {
    doc.derived()
}

#[weak_memo]
fn rc_cloned(doc: &Rc<Doc>) -> u64 {
    doc.derived()
}

subject!(RcLent, "Rc by reference", Rc<Doc>, |doc| *rc_lent(doc));
subject!(RcCloned, "Rc by clone", Rc<Doc>, |doc| rc_cloned(doc));

#[weak_memo]
fn own_lent_slowly(own: &Own) -> &u64 {
    own.doc.derived_slowly()
}

#[weak_memo]
fn own_cloned_slowly(own: &Own) -> u64 {
    own.doc.derived_slowly()
}

#[weak_memo]
fn arc_lent_slowly(doc: &Arc<Doc>) -> &u64 {
    doc.derived_slowly()
}

#[weak_memo]
fn arc_cloned_slowly(doc: &Arc<Doc>) -> u64 {
    doc.derived_slowly()
}

subject!(OwnLentStorm, "in-object by reference, storm", column OwnLent::NAME, Arc<Own>, |own| *own_lent_slowly(own));
subject!(OwnClonedStorm, "in-object by clone, storm", column OwnCloned::NAME, Arc<Own>, |own| own_cloned_slowly(own));
subject!(ArcLentStorm, "Arc by reference, storm", column ArcLent::NAME, Arc<Doc>, |doc| *arc_lent_slowly(doc));
subject!(ArcClonedStorm, "Arc by clone, storm", column ArcCloned::NAME, Arc<Doc>, |doc| arc_cloned_slowly(doc));
