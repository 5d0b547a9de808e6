//! The anchor inside the object: derived on the user's struct, and round it by `Anchored`.

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
fn lent(own: &Own) -> &u64 {
    own.doc.derived()
}

#[weak_memo]
fn cloned(own: &Own) -> u64 {
    own.doc.derived()
}

#[weak_memo]
fn anchored(doc: &Anchored<Doc>) -> &u64 {
    doc.derived()
}

subject!(Lent, "in-object by reference", Arc<Own>, |own| *lent(own));
subject!(Cloned, "in-object by clone", Arc<Own>, |own| cloned(own));
subject!(AnchoredLent, "Anchored by reference", Arc<Anchored<Doc>>, |doc| *anchored(doc));
