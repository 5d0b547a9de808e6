//! Objects of 64 KiB, each one allocation: what a `Weak` in the side table pins until a sweep.

use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, weak_memo};

use super::{arc, in_object, subject};
use crate::doc::{Doc, Object};

/// How much one of them weighs.
const WEIGHT: usize = 64 << 10;

/// A body that is part of the object's own allocation.
#[derive(Debug)]
pub(crate) struct Large {
    doc: Doc,
    _body: [u8; WEIGHT],
}

/// The same with an anchor.
#[derive(Debug, HasAnchor)]
pub(crate) struct OwnLarge {
    anchor: Anchor,
    large: Large,
}

fn large(seed: u64) -> Large {
    Large { doc: Doc::new(seed, 0), _body: [0; WEIGHT] }
}

impl Object for Arc<Large> {
    fn create(seed: u64, _text_len: usize) -> Self {
        Arc::new(large(seed))
    }
}

impl Object for Arc<OwnLarge> {
    fn create(seed: u64, _text_len: usize) -> Self {
        Arc::new(OwnLarge { anchor: Anchor::new(), large: large(seed) })
    }
}

#[weak_memo]
fn own_lent(own: &OwnLarge) -> &u64 {
    own.large.doc.derived()
}

#[weak_memo]
fn own_cloned(own: &OwnLarge) -> u64 {
    own.large.doc.derived()
}

#[weak_memo]
fn lent(large: &Arc<Large>) -> &u64 {
    large.doc.derived()
}

#[weak_memo]
fn cloned(large: &Arc<Large>) -> u64 {
    large.doc.derived()
}

subject!(OwnLent, "in-object by reference, 64 KiB", column in_object::Lent::NAME, Arc<OwnLarge>, |own| *own_lent(own));
subject!(OwnCloned, "in-object by clone, 64 KiB", column in_object::Cloned::NAME, Arc<OwnLarge>, |own| own_cloned(own));
subject!(Lent, "Arc by reference, 64 KiB", column arc::Lent::NAME, Arc<Large>, |large| *lent(large));
subject!(Cloned, "Arc by clone, 64 KiB", column arc::Cloned::NAME, Arc<Large>, |large| cloned(large));
