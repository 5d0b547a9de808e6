//! Which `Arc`s of other libraries carry results.

use std::sync::Arc;

use memo_core::weak_memo;

#[weak_memo]
fn mark<T: ?Sized + 'static>(of: &Arc<T>) -> usize {
    Arc::as_ptr(of).addr()
}

/// Whether a result that is remembered of `one` is found for `other`.
///
/// Afterwards a `Weak` of `one` is held, as by any memo.
pub fn carries<T: ?Sized + 'static>(one: &Arc<T>, other: &Arc<T>) -> bool {
    mark(one);
    mark_memo::<T>().get(other).is_some()
}
