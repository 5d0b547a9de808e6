//! Counted cells: those that can be reached not only through their object.
//!
//! `clear` enumerates the cells of memos that return by value, and an entry is reached from its further weak arguments.
//! Such a cell is counted, and outlives its object while a call works on it. Its entries are taken out under its
//! lock, once each, and dropped with no lock held.
//!
//! Entries are sought ([`seek`]), put in ([`insert`], [`publish`]) and taken out ([`remove`], and [`noted`]); [`as_any_cell`] is for who does not know the types of a
//! cell.

mod as_any_cell;
mod insert;
mod new_cell;
mod noted;
mod publish;
pub(crate) mod remove;
pub(crate) mod seek;

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell;
use crate::argument::key::StoredKey;
use crate::argument::scope::{Scope, Shared};
use crate::cell::entry_links::is_dead;
use crate::cell::racers::Racers;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::listed::Listing;
use crate::memo::core::Core;
use crate::sys::arc::Content;
use crate::sys::hazard::memory::{self, RetiredMemory};
use crate::sys::hazard::protect::Published;
use crate::sys::hazard::retire::ReadBy;
use crate::sys::index::Guess;
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::unpoisoned;
use crate::value::entry::{Entry, Meta, Now};
use crate::value::store::{IsDead, Store};
use crate::value::timing::Timing;

#[repr(C)]
pub(crate) struct CountedCell<S, St: Store> {
    head: CellHead,
    listing: Listing,
    /// The calls that compute beside the store.
    racers: Racers,
    store: Mutex<St>,
    /// What hits read without the lock.
    front: St::Front,
    scope: PhantomData<fn(S) -> S>,
}

// SAFETY: all threads reach the cells of a shared object through its anchor, which is `Sync`. They read the head, which does not change once it
// is published, and what is atomic or under the lock; keys of shared memos are for all threads (the promise of `StoredKey<Shared>`).
unsafe impl<St: Store<Key: StoredKey<Shared>, Value: Send + Sync>> Sync for CountedCell<Shared, St> {}

/// A store whose lock is held. Memory that it no longer needs goes after that.
struct Locked<'a, St: Store> {
    store: ManuallyDrop<MutexGuard<'a, St>>,
    local: bool,
}

impl<St: Store> Deref for Locked<'_, St> {
    type Target = St;

    #[inline]
    fn deref(&self) -> &St {
        &self.store
    }
}

impl<St: Store> DerefMut for Locked<'_, St> {
    #[inline]
    fn deref_mut(&mut self) -> &mut St {
        &mut self.store
    }
}

impl<St: Store> Drop for Locked<'_, St> {
    #[inline(always)]
    fn drop(&mut self) {
        let retired = self.store.retired();
        // SAFETY: it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.store) };
        if let Some(retired) = retired {
            free(*retired, self.local);
        }
    }
}

#[cold]
#[inline(never)]
fn free(retired: RetiredMemory, local: bool) {
    if local {
        // SAFETY: only this thread reads the store, and it is not reading now.
        unsafe { retired.free() };
    } else {
        memory::let_go(retired);
    }
}

impl<S, St: Store> Content for CountedCell<S, St> {}

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// The cell of `core` on `anchor`.
    #[inline(always)]
    pub(crate) fn find<'w>(anchor: &'w Anchor, core: &'static Core) -> Option<&'w Self> {
        // The heads of counted cells are never vacant, so the shorter search finds them.
        match anchor.cells().find_filled(core) {
            // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
            Some(cell) => Some(unsafe { any_cell::cast::<Self>(cell) }),
            None => None,
        }
    }

    /// The same, unless there are many.
    #[inline(always)]
    pub(crate) fn find_near<'w>(anchor: &'w Anchor, core: &'static Core) -> Guess<&'w Self> {
        // SAFETY: as in `find`.
        anchor.cells().walk_to_filled(core).map(|cell| unsafe { any_cell::cast::<Self>(cell) })
    }

    #[inline(always)]
    fn lock(&self) -> Locked<'_, St> {
        Locked { store: ManuallyDrop::new(unpoisoned(self.store.lock())), local: S::LOCAL }
    }

    /// Whether results expire.
    const EXPIRES: bool = <<St::Meta as Meta>::Timing as Timing>::EXPIRES;

    /// The time. The clock may be the user's: it is asked with no lock held.
    #[inline(always)]
    pub(crate) fn now() -> Now<St::Meta> {
        <St::Meta as Meta>::Timing::now()
    }

    /// Looks for dead arguments, where keys have any.
    const IS_DEAD: Option<IsDead<St::Key>> =
        if <St::Key as StoredKey<S>>::PEERS { Some(is_dead::<S, St::Key>) } else { None };

    /// Which threads' hits may hold an entry of this cell.
    const READ_BY: ReadBy = if S::LOCAL { ReadBy::ThisThread } else { ReadBy::All };

    /// Whether a call needs its entry after it is published: the audit asks for its weak arguments.
    const USED_LATER: bool = <St::Key as StoredKey<S>>::PEERS;

    /// Whether hits may compare keys while they are looking: then a key that is dropped late goes unnoticed.
    pub(crate) const COMPARED: bool = <St::Key as StoredKey<S>>::DROPS_OURS;

    pub(crate) fn core(&self) -> &'static Core {
        self.head.memo()
    }

    /// What hits read without the lock.
    #[inline(always)]
    pub(crate) fn front(&self) -> &St::Front {
        &self.front
    }

    /// The entry that hits may copy without the lock, where the store publishes one.
    #[inline(always)]
    pub(crate) fn published(&self) -> Option<&Published<Entry<St::Meta, St::Value>>> {
        St::published(&self.front)
    }

    /// Identifies this cell in frames.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The pointer this cell was made with: that of `&self` may not reach the count in front of it.
    fn raw(&self) -> NonNull<CellHead> {
        let address = std::ptr::from_ref(self).addr();
        NonNull::new(std::ptr::with_exposed_provenance_mut(address)).expect("a reference is not null")
    }
}
