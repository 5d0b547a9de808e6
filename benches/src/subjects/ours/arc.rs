//! `Arc` owners: the side table of the process, and with `local` that of the thread.

use std::sync::Arc;

use memo_core::weak_memo;

use super::subject;
use crate::doc::Doc;

#[weak_memo]
fn lent(doc: &Arc<Doc>) -> &u64 {
    doc.derived()
}

#[weak_memo]
fn cloned(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[weak_memo(local)]
fn local(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

subject!(Lent, "Arc by reference", Arc<Doc>, |doc| *lent(doc));
subject!(Cloned, "Arc by clone", Arc<Doc>, |doc| cloned(doc));
subject!(Local, "Arc local by clone", Arc<Doc>, |doc| local(doc));
