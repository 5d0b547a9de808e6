//! Memos that are watched: handles that are asked how much there is, and a result that tells when it is dropped.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memo_core::{Stats, weak_memo};

use super::owners::{ArcCloned, ArcLent, Own, OwnCloned, RcCloned};
use crate::Subject;
use crate::doc::{Doc, Object};

#[weak_memo]
fn of_own(own: &Own) -> u64 {
    own.doc.derived()
}

#[weak_memo]
fn of_arc(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[weak_memo]
fn of_arc_lent(doc: &Arc<Doc>) -> &u64 {
    doc.derived()
}

#[weak_memo]
fn of_rc(doc: &Rc<Doc>) -> u64 {
    doc.derived()
}

/// A memo and its handle.
pub(crate) trait Asked {
    const COLUMN: &'static str;
    type Object: Object;

    fn call(object: &Self::Object) -> u64;
    fn stats() -> Stats;
    fn is_empty() -> bool;
    fn len() -> usize;
}

macro_rules! asked {
    ($asked:ident, $column:expr, $object:ty, $memo:ident, $handle:ident) => {
        #[derive(Debug)]
        pub(crate) struct $asked;

        impl Asked for $asked {
            const COLUMN: &'static str = $column;
            type Object = $object;

            fn call(object: &$object) -> u64 {
                $memo(object).clone()
            }

            fn stats() -> Stats {
                $handle().stats()
            }

            fn is_empty() -> bool {
                $handle().is_empty()
            }

            fn len() -> usize {
                $handle().len()
            }
        }
    };
}

asked!(OfOwn, OwnCloned::NAME, Arc<Own>, of_own, of_own_memo);
asked!(OfArc, ArcCloned::NAME, Arc<Doc>, of_arc, of_arc_memo);
asked!(OfArcLent, ArcLent::NAME, Arc<Doc>, of_arc_lent, of_arc_lent_memo);
asked!(OfRc, RcCloned::NAME, Rc<Doc>, of_rc, of_rc_memo);

/// How many of them are gone.
static RECLAIMED: AtomicU64 = AtomicU64::new(0);

/// The result.
#[derive(Debug)]
pub(crate) struct Traced;

impl Drop for Traced {
    fn drop(&mut self) {
        RECLAIMED.fetch_add(1, Ordering::Relaxed);
    }
}

/// One for each object.
#[weak_memo]
pub(crate) fn traced(_doc: &Arc<Doc>) -> &Traced {
    Traced
}

/// How many are gone so far.
pub(crate) fn reclaimed() -> u64 {
    RECLAIMED.load(Ordering::Relaxed)
}
