//! An entry: one result with its key, and also the flight that computes it.

use std::mem::needs_drop;

use crate::memo::cells::vtable::EntryId;
use crate::sys::arc::{Arc, Content};
use crate::sys::panics::{drop_quietly, quietly};
use crate::sys::sync::panicking;
use crate::value::slot::Slot;
use crate::value::timing::Timing;

/// One result, or the flight that computes it.
// The index of a table sees only the beginning, see `Indexed`.
#[repr(C)]
pub(crate) struct Entry<M: Meta, V> {
    pub(crate) meta: M,
    pub(crate) slot: Slot<V>,
}

/// A point in time, to an entry with this `M`.
pub(crate) type Now<M> = <<M as Meta>::Timing as Timing>::Now;

impl<M: Meta, V> Entry<M, V> {
    /// The value, if there is one that is not over.
    #[inline(always)]
    pub(crate) fn get(&self, now: Now<M>) -> Option<&V> {
        let value = self.slot.get()?;
        if self.meta.timing().is_over(now) { None } else { Some(value) }
    }

    /// The value, if a call may have it without looking closer.
    #[inline(always)]
    pub(crate) fn hit(&self, now: Now<M>) -> Option<&V> {
        let value = self.slot.get()?;
        if self.meta.timing().is_no_hit(now) { None } else { Some(value) }
    }

    /// Records a hit by a call that does not know the time.
    #[inline]
    pub(crate) fn visit(&self) {
        self.meta.visit();
        self.meta.timing().touch(M::Timing::now());
    }
}

/// While the thread is unwinding, a destructor that panics would end the process (law 8). An entry may be dropped then, since
/// bodies, `Clone` and `Eq` may panic. And the value goes first: if it panics, the key's destructor knows.
impl<M: Meta, V> Drop for Entry<M, V> {
    #[inline]
    fn drop(&mut self) {
        if const { needs_drop::<V>() } {
            let value = self.slot.take();
            if panicking() { drop_quietly(value) } else { drop(value) }
        }
    }
}

/// Hits without a lock look at the hash and the key of an entry that is out of its table. Its value they read only if nothing else
/// depends on the end of it, or under a hazard pointer.
impl<M: Meta, V> Content for Entry<M, V> {
    const IS_REUSED: bool = true;

    #[inline(always)]
    fn is_seen(&self) -> bool {
        self.meta.is_seen()
    }

    fn keeps(&self) -> usize {
        self.meta.keeps()
    }

    #[inline]
    unsafe fn end_early(&self) {
        // Both end, whichever panics.
        let key = EndKey(self);
        if const { needs_drop::<V>() } {
            // SAFETY: the caller's: it was retired, and no hazard pointer holds it.
            let value = unsafe { self.slot.take_unseen() };
            if panicking() { drop_quietly(value) } else { drop(value) }
        }
        drop(key);
    }
}

/// Ends the key of an entry, if hits do not look at it.
struct EndKey<'e, M: Meta, V>(&'e Entry<M, V>);

impl<M: Meta, V> Drop for EndKey<'_, M, V> {
    #[inline]
    fn drop(&mut self) {
        if const { needs_drop::<M::Key>() } {
            // SAFETY: in `end_early` only: no pointer is left.
            let end = || unsafe { self.0.meta.end_early() };
            if panicking() { quietly(end) } else { end() }
        }
    }
}

/// An entry's data other than its result.
pub(crate) trait Meta {
    type Key;
    type Timing: Timing;
    fn new(key: Self::Key, hash: u64) -> Self;
    fn key(&self) -> &Self::Key;
    fn hash(&self) -> u64;
    /// When the result is over.
    fn timing(&self) -> &Self::Timing;
    /// Records a hit.
    fn visit(&self);
    /// Whether hits without a lock may look at it, even when it was taken out.
    fn is_seen(&self) -> bool;
    /// From now on hits without a lock may look at it.
    fn set_seen(&self, key: SeenKey);
    /// No hit looks at it any longer: its object is dead, or borrowed by the caller alone.
    fn set_unseen(&self);
    /// Whether it was taken out, for a hit that has announced that it holds it.
    fn is_gone(&self) -> bool;
    /// See [`Content::keeps`].
    fn keeps(&self) -> usize;
    /// Drops the key, if hits do not look at it.
    ///
    /// # Safety
    /// As for [`Content::end_early`].
    unsafe fn end_early(&self);
}

/// What hits without a lock do with the key of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeenKey {
    /// They compare it: dropping it runs no user code, and may wait. It keeps this many bytes.
    Compared { keeps: usize },
    /// They do not look at it.
    Unseen,
}

pub(crate) fn id_of<M: Meta, V>(entry: &Arc<Entry<M, V>>) -> EntryId {
    EntryId { address: Arc::as_ptr(entry) as usize, hash: entry.meta.hash() }
}
