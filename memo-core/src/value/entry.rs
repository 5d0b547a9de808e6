//! An entry: one result with its key, and also the flight that computes it.

use crate::memo::cells::vtable::EntryId;
use crate::sys::arc::Arc;
use crate::sys::panics::quietly;
use crate::sys::sync::panicking;
use crate::value::slot::Slot;

/// One result, or the flight that computes it.
pub(crate) struct Entry<M, V> {
    pub(crate) slot: Slot<V>,
    pub(crate) meta: M,
}

/// While the thread is unwinding, a destructor that panics would end the process (law 8). An entry may be dropped then, since
/// bodies, `Clone` and `Eq` may panic.
impl<M, V> Drop for Entry<M, V> {
    #[inline]
    fn drop(&mut self) {
        if std::mem::needs_drop::<V>() && panicking() {
            quietly(|| drop(self.slot.take()));
        }
    }
}

/// An entry's data other than its result.
pub(crate) trait Meta {
    type Key;
    fn new(key: Self::Key, hash: u64) -> Self;
    fn key(&self) -> &Self::Key;
    fn hash(&self) -> u64;
    /// Records a hit.
    fn visit(&self);
}

pub(crate) fn id_of<M: Meta, V>(entry: &Arc<Entry<M, V>>) -> EntryId {
    EntryId { address: Arc::as_ptr(entry) as usize, hash: entry.meta.hash() }
}
