//! A hit with an extra key, without a lock.
//!
//! The thread is marked as looking while it searches the front of the cell's table, so no memory that it reads is freed. If neither
//! comparing nor copying runs user code, that is all: the value is copied meanwhile. Otherwise the entry is announced by a hazard pointer
//! before the look ends, and it is held unless it was taken out by then. The announcement is a full fence of this thread's, on a
//! cache line of its own, so that who takes an entry out, or evicts it, interrupts no other thread.
//!
//! The rest take the cell's lock: hits inside a user's `Clone` or `Eq`, and on a thread that is ending.

use std::ptr::NonNull;

use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::counted_cell::{CountedCell, Keys};
use crate::cell::memo_types::Spec;
use crate::memo::core::Core;
use crate::memo::counters::{Counters, LooksHere};
use crate::sys::fence;
use crate::sys::hazard::own;
use crate::sys::hazard::registry::Reader;
use crate::sys::panics::OnItsWay;
use crate::value::entry::{Entry, Meta, Now};
use crate::value::look::{self, EntryIn};
use crate::value::store::Store;
use crate::value::timing::Timing;

/// What a hit with an extra key needs of its thread.
#[inline(always)]
pub(super) fn looking<'c, M: Spec>(counters: &'c Counters, core: &'static Core) -> Option<LooksHere<'c>> {
    // What is this thread's own needs no mark.
    if M::Scope::LOCAL { counters.of(core).map(LooksHere) } else { counters.looking(core) }
}

/// Who asks for a copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// A call: a hit.
    Call,
    /// A handle, which only looks: that spares no entry from eviction.
    Get,
}

/// The outcome of a hit that holds what it copies.
pub(crate) enum Held {
    /// It was copied.
    Copied,
    /// There is nothing to copy.
    Nothing,
    /// Look under the lock.
    Unsure,
}

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// The entry whose key `is` accepts, and what `act` makes of it while it stays. Neither runs user code.
    #[inline(always)]
    fn look<R>(
        &self,
        reader: Option<&Reader>,
        fence: impl FnOnce(),
        hash: u64,
        mut is: impl FnMut(&St::Key) -> bool,
        act: impl FnOnce(&EntryIn<St>, Now<St::Meta>) -> Option<R>,
    ) -> Option<R> {
        let reader = if S::LOCAL { None } else { Some(reader?) };
        // The clock may be the user's.
        let now = Self::now();
        let is = |entry: &EntryIn<St>| !entry.meta.timing().is_over(now) && is(entry.meta.key());
        look::look::<St, R>(self.front(), reader, fence, hash, is, |entry| act(entry, now))
    }

    /// A copy of the ready value whose key `is` accepts. Neither `is` nor the copy runs user code, and keys may be compared while
    /// looking. `None`: [`copy_carefully`](Self::copy_carefully) may find it.
    ///
    /// Not inlined in unoptimised builds: there, its stack would be paid on every level of a recursion.
    #[cfg_attr(not(debug_assertions), inline(always))]
    #[cfg_attr(debug_assertions, inline(never))]
    pub(crate) fn copy(
        &self,
        reader: &Reader,
        fence: impl FnOnce(),
        hash: u64,
        is: impl FnMut(&St::Key) -> bool,
    ) -> Option<St::Value>
    where
        St::Value: Clone,
    {
        self.look(Some(reader), fence, hash, is, copied)
    }

    /// The same by a thread that has not looked before, or needs a full fence.
    #[cold]
    #[inline(never)]
    pub(crate) fn copy_carefully(&self, hash: u64, is: impl FnMut(&St::Key) -> bool) -> Option<St::Value>
    where
        St::Value: Clone,
    {
        self.look(own::reader(), fence::full, hash, is, copied)
    }

    /// The ready value whose key `is` accepts, for a memo that lends: its arguments are borrowed, so it stays. `None`:
    /// [`find_lent_carefully`](Self::find_lent_carefully) may find it.
    #[inline]
    pub(crate) fn find_lent(
        &self,
        reader: &Reader,
        fence: impl FnOnce(),
        hash: u64,
        is: impl FnMut(&St::Key) -> bool,
    ) -> Option<NonNull<St::Value>> {
        self.look(Some(reader), fence, hash, is, lent)
    }

    /// As [`copy_carefully`](Self::copy_carefully).
    #[cold]
    #[inline(never)]
    pub(crate) fn find_lent_carefully(
        &self,
        hash: u64,
        is: impl FnMut(&St::Key) -> bool,
    ) -> Option<NonNull<St::Value>> {
        self.look(own::reader(), fence::full, hash, is, lent)
    }

    /// Writes a copy of the ready value whose key `is` accepts to `copy`, which is empty. `is` and the copy may run user code.
    #[cfg(not(memo_loom))]
    pub(crate) fn copy_held(
        &self,
        asks: Asks,
        hash: u64,
        keys: Keys,
        mut is: impl FnMut(&St::Key) -> bool,
        copy: &mut Option<OnItsWay<St::Value>>,
    ) -> Held
    where
        St::Value: Clone,
    {
        use crate::sys::hazard::retire::domain;

        let Some(reader) = own::holder().filter(|reader| reader.cloning().is_free()) else { return Held::Unsure };
        let now = Self::now();
        let compares = keys == Keys::Trusted && Self::COMPARED;
        let seeks = |entry: &EntryIn<St>| !compares || is(entry.meta.key());
        let held = look::hold::<St>(self.front(), reader, domain(), !S::LOCAL, fence::hazard, hash, seeks);
        let Some(held) = held else { return Held::Nothing };
        let Some(entry) = held.get() else { return Held::Nothing };
        if asks == Asks::Get && !held.was_ready() {
            return Held::Nothing;
        }
        if !compares && !is(entry.meta.key()) {
            // Another key with this hash may be there, too.
            return Held::Unsure;
        }
        let Some(value) = entry.get(now) else { return Held::Nothing };
        let made = OnItsWay::new(value.clone());
        // `copy` was empty, so there is nothing to drop.
        std::mem::forget(copy.replace(made));
        if asks == Asks::Call {
            entry.meta.visit();
            entry.meta.timing().touch(now);
        }
        Held::Copied
    }

    /// Models have no readers but their own.
    #[cfg(memo_loom)]
    pub(crate) fn copy_held(
        &self,
        _: Asks,
        _: u64,
        _: Keys,
        _: impl FnMut(&St::Key) -> bool,
        _: &mut Option<OnItsWay<St::Value>>,
    ) -> Held
    where
        St::Value: Clone,
    {
        Held::Unsure
    }
}

#[inline(always)]
fn copied<M: Meta, V: Clone>(entry: &Entry<M, V>, now: Now<M>) -> Option<V> {
    let value = entry.slot.get()?.clone();
    entry.meta.visit();
    entry.meta.timing().touch(now);
    Some(value)
}

#[inline(always)]
fn lent<M: Meta, V>(entry: &Entry<M, V>, _: Now<M>) -> Option<NonNull<V>> {
    entry.slot.get().map(NonNull::from)
}
