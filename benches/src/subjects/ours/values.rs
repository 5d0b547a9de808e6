//! What a hit by clone costs for values of several kinds, over the same value by reference; and objects of 64 KiB, each one allocation: what
//! a `Weak` in the side table pins until a sweep.
//!
//! Where the value's own `clone` costs something (`Arc<str>`), the caller of the lending memo clones too.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, weak_memo};

use super::owners::{ArcCloned, ArcLent, Own, OwnCloned, OwnLent, RcCloned, RcLent};
use super::subject;
use crate::Subject;
use crate::doc::{Doc, Object};

/// 16 bytes of plain data.
type Pair = (u64, u64);
/// 32 bytes of plain data.
type Quad = [u64; 4];

fn pair(doc: &Doc) -> Pair {
    (doc.derived(), 1)
}

fn quad(doc: &Doc) -> Quad {
    [doc.derived(); 4]
}

fn name(doc: &Doc) -> Arc<str> {
    doc.derived().to_string().into()
}

#[weak_memo]
fn own_pair_lent(own: &Own) -> &Pair {
    pair(&own.doc)
}

#[weak_memo]
fn own_pair(own: &Own) -> Pair {
    pair(&own.doc)
}

#[weak_memo]
fn own_quad_lent(own: &Own) -> &Quad {
    quad(&own.doc)
}

#[weak_memo]
fn own_quad(own: &Own) -> Quad {
    quad(&own.doc)
}

#[weak_memo]
fn own_name_lent(own: &Own) -> &Arc<str> {
    name(&own.doc)
}

#[weak_memo]
fn own_name(own: &Own) -> Arc<str> {
    name(&own.doc)
}

#[weak_memo]
fn arc_pair_lent(doc: &Arc<Doc>) -> &Pair {
    pair(doc)
}

#[weak_memo]
fn arc_pair(doc: &Arc<Doc>) -> Pair {
    pair(doc)
}

#[weak_memo]
fn arc_quad_lent(doc: &Arc<Doc>) -> &Quad {
    quad(doc)
}

#[weak_memo]
fn arc_quad(doc: &Arc<Doc>) -> Quad {
    quad(doc)
}

#[weak_memo]
fn arc_name_lent(doc: &Arc<Doc>) -> &Arc<str> {
    name(doc)
}

#[weak_memo]
fn arc_name(doc: &Arc<Doc>) -> Arc<str> {
    name(doc)
}

#[weak_memo]
fn rc_pair_lent(doc: &Rc<Doc>) -> &Pair {
    pair(doc)
}

#[weak_memo]
fn rc_pair(doc: &Rc<Doc>) -> Pair {
    pair(doc)
}

#[weak_memo]
fn rc_quad_lent(doc: &Rc<Doc>) -> &Quad {
    quad(doc)
}

#[weak_memo]
fn rc_quad(doc: &Rc<Doc>) -> Quad {
    quad(doc)
}

#[weak_memo]
fn rc_name_lent(doc: &Rc<Doc>) -> &Arc<str> {
    name(doc)
}

#[weak_memo]
fn rc_name(doc: &Rc<Doc>) -> Arc<str> {
    name(doc)
}

fn whole_pair(pair: Pair) -> u64 {
    pair.0 ^ pair.1
}

fn whole_quad(quad: Quad) -> u64 {
    quad.iter().fold(0, |whole, part| whole ^ part)
}

const OWN_LENT: &str = OwnLent::NAME;
const OWN: &str = OwnCloned::NAME;
const ARC_LENT: &str = ArcLent::NAME;
const ARC: &str = ArcCloned::NAME;
const RC_LENT: &str = RcLent::NAME;
const RC: &str = RcCloned::NAME;

subject!(OwnPairLent, "in-object by reference, 16 bytes", column OWN_LENT, Arc<Own>, |own| whole_pair(*own_pair_lent(own)));
subject!(OwnPair, "in-object by clone, 16 bytes", column OWN, Arc<Own>, |own| whole_pair(own_pair(own)));
subject!(OwnQuadLent, "in-object by reference, 32 bytes", column OWN_LENT, Arc<Own>, |own| whole_quad(*own_quad_lent(own)));
subject!(OwnQuad, "in-object by clone, 32 bytes", column OWN, Arc<Own>, |own| whole_quad(own_quad(own)));
subject!(OwnNameLent, "in-object by reference, Arc<str>", column OWN_LENT, Arc<Own>, |own| Arc::clone(own_name_lent(own)).len() as u64);
subject!(OwnName, "in-object by clone, Arc<str>", column OWN, Arc<Own>, |own| own_name(own).len() as u64);
subject!(ArcPairLent, "Arc by reference, 16 bytes", column ARC_LENT, Arc<Doc>, |doc| whole_pair(*arc_pair_lent(doc)));
subject!(ArcPair, "Arc by clone, 16 bytes", column ARC, Arc<Doc>, |doc| whole_pair(arc_pair(doc)));
subject!(ArcQuadLent, "Arc by reference, 32 bytes", column ARC_LENT, Arc<Doc>, |doc| whole_quad(*arc_quad_lent(doc)));
subject!(ArcQuad, "Arc by clone, 32 bytes", column ARC, Arc<Doc>, |doc| whole_quad(arc_quad(doc)));
subject!(ArcNameLent, "Arc by reference, Arc<str>", column ARC_LENT, Arc<Doc>, |doc| Arc::clone(arc_name_lent(doc)).len() as u64);
subject!(ArcName, "Arc by clone, Arc<str>", column ARC, Arc<Doc>, |doc| arc_name(doc).len() as u64);
subject!(RcPairLent, "Rc by reference, 16 bytes", column RC_LENT, Rc<Doc>, |doc| whole_pair(*rc_pair_lent(doc)));
subject!(RcPair, "Rc by clone, 16 bytes", column RC, Rc<Doc>, |doc| whole_pair(rc_pair(doc)));
subject!(RcQuadLent, "Rc by reference, 32 bytes", column RC_LENT, Rc<Doc>, |doc| whole_quad(*rc_quad_lent(doc)));
subject!(RcQuad, "Rc by clone, 32 bytes", column RC, Rc<Doc>, |doc| whole_quad(rc_quad(doc)));
subject!(RcNameLent, "Rc by reference, Arc<str>", column RC_LENT, Rc<Doc>, |doc| Arc::clone(rc_name_lent(doc)).len() as u64);
subject!(RcName, "Rc by clone, Arc<str>", column RC, Rc<Doc>, |doc| rc_name(doc).len() as u64);

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
fn large_own_lent(own: &OwnLarge) -> &u64 {
    own.large.doc.derived()
}

#[weak_memo]
fn large_own_cloned(own: &OwnLarge) -> u64 {
    own.large.doc.derived()
}

#[weak_memo]
fn large_lent(large: &Arc<Large>) -> &u64 {
    large.doc.derived()
}

#[weak_memo]
fn large_cloned(large: &Arc<Large>) -> u64 {
    large.doc.derived()
}

subject!(LargeOwnLent, "in-object by reference, 64 KiB", column OwnLent::NAME, Arc<OwnLarge>, |own| *large_own_lent(own));
subject!(LargeOwnCloned, "in-object by clone, 64 KiB", column OwnCloned::NAME, Arc<OwnLarge>, |own| large_own_cloned(own));
subject!(LargeArcLent, "Arc by reference, 64 KiB", column ArcLent::NAME, Arc<Large>, |large| *large_lent(large));
subject!(LargeArcCloned, "Arc by clone, 64 KiB", column ArcCloned::NAME, Arc<Large>, |large| large_cloned(large));
