//! A result that tells when it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memo_core::weak_memo;

use crate::doc::Doc;

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
pub(crate) fn lent(_doc: &Arc<Doc>) -> &Traced {
    Traced
}

/// How many are gone so far.
pub(crate) fn reclaimed() -> u64 {
    RECLAIMED.load(Ordering::Relaxed)
}
