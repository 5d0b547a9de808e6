//! Calls that are futures: ours, `moka::future` (`get` first, which is cheaper than `get_with` on a hit) and `#[cached]` on an `async fn`.
//!
//! Each call polls its future until it is ready, without an executor: a hit is ready when it is polled first, and so is a miss whose body
//! does not wait. So what is timed is the library's own.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cached::macros::cached;
use cached::{Cached as _, UnboundCache};
use memo_core::weak_memo;
use rustc_hash::FxBuildHasher;

use super::ours::{owners, subject};
use crate::Subject;
use crate::doc::{Address, Doc, address};

#[inline(always)]
fn ready<R>(future: impl Future<Output = R>) -> R {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}

#[weak_memo]
async fn arc_lent(doc: &Arc<Doc>) -> &u64 {
    doc.derived()
}

#[weak_memo]
async fn arc_cloned(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

subject!(ArcLent, "async, Arc by reference", Arc<Doc>, |doc| *ready(arc_lent(doc)));
subject!(ArcCloned, "async, Arc by clone", Arc<Doc>, |doc| ready(arc_cloned(doc)));

// The memos that are not `async`, each called from an `async fn`: what any future costs is in both.
async fn lent_in_future(doc: &Arc<Doc>) -> &u64 {
    owners::arc_lent(doc)
}

async fn cloned_in_future(doc: &Arc<Doc>) -> u64 {
    owners::arc_cloned(doc)
}

subject!(PlainLent, "plain in async, Arc by reference", Arc<Doc>, |doc| *ready(lent_in_future(doc)));
subject!(PlainCloned, "plain in async, Arc by clone", Arc<Doc>, |doc| ready(cloned_in_future(doc)));

#[derive(Debug)]
pub(crate) struct Moka(moka::future::Cache<Address, u64, FxBuildHasher>);

impl Subject for Moka {
    const NAME: &'static str = "moka::future";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(moka::future::Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        ready(async {
            match self.0.get(&address(doc)).await {
                Some(value) => value,
                None => self.0.get_with(Address::pinning(doc), async { doc.derived() }).await,
            }
        })
    }
}

#[cached(
    ty = "UnboundCache<usize, u64, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { address(doc) },
    unsync_reads = true
)]
async fn by_address(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

/// `#[cached]` on an `async fn`, keyed by address.
#[derive(Debug)]
pub(crate) struct Cached;

impl Subject for Cached {
    const NAME: &'static str = "cached, async";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        ready(BY_ADDRESS.write()).cache_clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        ready(by_address(doc))
    }

    fn forget(&self, doc: &Arc<Doc>) {
        let _value = ready(BY_ADDRESS.write()).cache_remove(&address(doc));
    }
}
