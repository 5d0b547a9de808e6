//! A hit with an extra key, without a lock.
//!
//! The thread is marked as looking while it searches the front of the cell's table, so no memory that it reads is freed. If neither
//! comparing nor copying runs user code, that is all: the value is copied meanwhile, and for an `Arc` the same mark serves for the search of the
//! side table before. Otherwise the entry is announced by a hazard pointer
//! before the look ends, and it is held unless it was taken out by then. The announcement is a full fence of this thread's, on a
//! cache line of its own, so that who takes an entry out, or evicts it, interrupts no other thread.
//!
//! The rest take the cell's lock: hits inside a user's `Clone` or `Eq`, and on a thread that is ending.

use std::ptr::NonNull;

use super::missing::Missing;
use crate::argument::key::{KeySet, StoredKey};
use crate::argument::scope::Scope;
use crate::cell::counted_cell::CountedCell;
use crate::cell::memo_types::{At, CellOf, KeyOf, Spec, ValueOf};
use crate::memo::core::Core;
use crate::memo::counting::counters::{Counters, LooksHere};
use crate::reclaim::paid_by_hits;
use crate::sys::fence;
use crate::sys::hazard::own;
use crate::sys::index::Guess;
use crate::sys::panics::OnItsWay;
use crate::value::entry::{Entry, Meta, Now};
use crate::value::look::{self, EntryIn, First};
use crate::value::store::Store;
use crate::value::timing::Timing;

/// A hit with an extra key, as far as it needs one look: what `of` makes of the owner's cell of `core`.
///
/// One mark serves for the side table and the cell's front, and all that a hit rarely needs is its caller's.
#[inline(always)]
fn look_once<'w, M: Spec, K: KeyOf<M>, R>(
    core: &'static Core,
    place: At<'w, M>,
    here: LooksHere<'_>,
    key: &K,
    of: impl FnOnce(&'w CellOf<M>, u64) -> First<R>,
) -> Result<R, Missing<'w>> {
    // One that takes long is not made while others may wait for this thread; a short one would occupy registers.
    let before = if K::CHEAP { 0 } else { key.hash_by(here.hasher()) };
    place.look_on(here, |guess| {
        let anchor = match guess {
            Guess::Node(anchor) => anchor,
            Guess::Nothing => return Err(Missing::anchor()),
            Guess::Unsure => return Err(Missing::unsure()),
        };
        let cell = match CellOf::<M>::find_near(anchor, core) {
            Guess::Node(cell) => cell,
            Guess::Nothing => return Err(Missing::entry(anchor)),
            Guess::Unsure => return Err(Missing::further(anchor)),
        };
        let hash = if K::CHEAP { key.hash_by(here.hasher()) } else { before };
        match of(cell, hash) {
            First::Found(found) => Ok(found),
            First::Nothing => Err(Missing::entry(anchor)),
            First::Unsure => Err(Missing::further(anchor)),
        }
    })
}

/// Counts a hit, by a thread that has counters of `core`.
///
/// # Safety
/// It has.
#[inline(always)]
unsafe fn counted<'w, R>(
    core: &'static Core,
    counters: &Counters,
    found: Result<R, Missing<'w>>,
) -> Result<R, Missing<'w>> {
    let found = found?;
    // SAFETY: the caller's.
    let due = unsafe { counters.again(core) }.hit();
    Ok(if due { paid_by_hits::paid(found) } else { found })
}

/// The whole of a hit that copies a plain value. Neither comparing nor copying runs user code.
///
/// A function of its own, which calls nothing unless a sweep is due: so it needs no frame.
#[inline(never)]
pub(super) fn copy<'w, M: Spec<Store: Store<Value: Clone>>, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> Result<ValueOf<M>, Missing<'w>> {
    let counters = Counters::here();
    let Some(here) = looking::<M>(&counters, core) else { return Err(Missing::unsure()) };
    // The clock may be the user's: it is asked before the look.
    let now = CellOf::<M>::now();
    // SAFETY: marked as looking, or this thread's own.
    let found = look_once::<M, K, _>(core, place, here, key, |cell, hash| unsafe { cell.copy_first(hash, key, now) });
    // SAFETY: it could look.
    unsafe { counted(core, &counters, found) }
}

/// The same by a full search. By any thread, so that this is all that a first hit does, too.
#[cold]
#[inline(never)]
pub(super) fn copy_further<'w, M: Spec<Store: Store<Value: Clone>>, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
    missing: Missing<'w>,
) -> Result<ValueOf<M>, Missing<'w>> {
    let now = CellOf::<M>::now();
    let value = look_further::<M, K, _>(core, place, key, missing, |entry| copied(entry, now))?;
    paid_by_hits::count_hit(core);
    Ok(value)
}

/// The whole of a hit of a memo that lends, as for [`copy`]. The arguments are borrowed, so the value stays.
#[inline(never)]
pub(super) fn lend<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> Result<NonNull<ValueOf<M>>, Missing<'w>> {
    let counters = Counters::here();
    let Some(here) = looking::<M>(&counters, core) else { return Err(Missing::unsure()) };
    // SAFETY: marked as looking, or this thread's own.
    let found = look_once::<M, K, _>(core, place, here, key, |cell, hash| unsafe { cell.lend_first(hash, key) });
    // SAFETY: it could look.
    unsafe { counted(core, &counters, found) }
}

/// As [`copy_further`].
#[cold]
#[inline(never)]
pub(super) fn lend_further<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
    missing: Missing<'w>,
) -> Result<NonNull<ValueOf<M>>, Missing<'w>> {
    let value = look_further::<M, K, _>(core, place, key, missing, lent)?;
    paid_by_hits::count_hit(core);
    Ok(value)
}

/// The result of a lending memo, if the cell has it.
pub(super) fn look_carefully<M: Spec, K: KeyOf<M>>(cell: &CellOf<M>, key: &K) -> Option<NonNull<ValueOf<M>>> {
    cell.look_carefully(key.hash(), key, lent)
}

#[inline(always)]
fn look_further<'w, M: Spec, K: KeyOf<M>, R>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
    missing: Missing<'w>,
    act: impl FnOnce(&EntryIn<M::Store>) -> Option<R>,
) -> Result<R, Missing<'w>> {
    let Some(anchor) = missing.known_anchor().or_else(|| place.find()) else { return Err(Missing::anchor()) };
    let cell = CellOf::<M>::find(anchor, core);
    cell.and_then(|cell| cell.look_carefully(key.hash(), key, act)).ok_or(Missing::entry(anchor))
}

/// What a hit with an extra key needs of its thread.
#[inline(always)]
fn looking<'c, M: Spec>(counters: &'c Counters, core: &'static Core) -> Option<LooksHere<'c>> {
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
    /// A copy of the ready value whose key `is` accepts, as far as the first search finds it. Neither `is` nor the copy runs user code, and keys
    /// may be compared while looking.
    ///
    /// # Safety
    /// This thread is marked as looking, or the cell's scope is its own.
    #[inline(always)]
    unsafe fn copy_first<K: KeySet<S, Stored = St::Key>>(
        &self,
        hash: u64,
        key: &K,
        now: Now<St::Meta>,
    ) -> First<St::Value>
    where
        St::Value: Clone,
    {
        // SAFETY: the caller's.
        unsafe {
            look::first::<St, _>(self.front(), hash, |entry| is_first(entry, hash, key), |entry| copied(entry, now))
        }
    }

    /// The same for a memo that lends: its arguments are borrowed, so the value stays.
    ///
    /// # Safety
    /// As for [`copy_first`](Self::copy_first).
    #[inline(always)]
    unsafe fn lend_first<K: KeySet<S, Stored = St::Key>>(&self, hash: u64, key: &K) -> First<NonNull<St::Value>> {
        // SAFETY: the caller's.
        unsafe { look::first::<St, _>(self.front(), hash, |entry| is_first(entry, hash, key), lent) }
    }

    /// What `act` makes of the entry of this key, by a full search, while it stays. Neither comparing nor `act` runs user code.
    #[inline(always)]
    fn look_carefully<K: KeySet<S, Stored = St::Key>, R>(
        &self,
        hash: u64,
        key: &K,
        act: impl FnOnce(&EntryIn<St>) -> Option<R>,
    ) -> Option<R> {
        let (front, is) = (self.front(), |entry: &EntryIn<St>| key.matches(entry.meta.key()));
        if S::LOCAL {
            return look::look::<St, R>(front, None, || {}, hash, is, act);
        }
        if let Some(reader) = own::light_reader() {
            return look::look::<St, R>(front, Some(reader), fence::light, hash, is, act);
        }
        look::look::<St, R>(front, Some(own::reader()?), fence::full, hash, is, act)
    }

    /// Writes a copy of the ready value with this key to `copy`, which is empty. Comparing and copying may run user code.
    #[cfg(not(memo_loom))]
    pub(crate) fn copy_held<K: KeySet<S, Stored = St::Key>>(
        &self,
        asks: Asks,
        hash: u64,
        key: &K,
        copy: &mut Option<OnItsWay<St::Value>>,
    ) -> Held
    where
        St::Value: Clone,
    {
        use crate::sys::hazard::retire::domain;

        let Some(reader) = own::holder() else { return Held::Unsure };
        if !reader.cloning().is_free() {
            return Held::Unsure;
        }
        let now = Self::now();
        let compares = K::TRUSTED && Self::COMPARED;
        let seeks = |entry: &EntryIn<St>| !compares || key.matches(entry.meta.key());
        let held = look::hold::<St>(self.front(), reader, domain(), !S::LOCAL, fence::hazard, hash, seeks);
        let Some(held) = held else { return Held::Nothing };
        let Some(entry) = held.get() else { return Held::Nothing };
        if asks == Asks::Get && !held.was_ready() {
            return Held::Nothing;
        }
        if !compares && !key.matches(entry.meta.key()) {
            // Another key with this hash may be there, too.
            return Held::Unsure;
        }
        let Some(value) = entry.hit(now) else { return Held::Nothing };
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
    pub(crate) fn copy_held<K: KeySet<S, Stored = St::Key>>(
        &self,
        _: Asks,
        _: u64,
        _: &K,
        _: &mut Option<OnItsWay<St::Value>>,
    ) -> Held
    where
        St::Value: Clone,
    {
        Held::Unsure
    }
}

/// Whether an entry that the first search leads to has this key.
#[inline(always)]
fn is_first<S: Scope, K: KeySet<S>, V>(entry: &Entry<impl Meta<Key = K::Stored>, V>, hash: u64, key: &K) -> bool {
    (K::CHEAP || entry.meta.hash() == hash) && key.matches(entry.meta.key())
}

#[inline(always)]
fn copied<M: Meta, V: Clone>(entry: &Entry<M, V>, now: Now<M>) -> Option<V> {
    let value = entry.hit(now)?.clone();
    entry.meta.visit();
    entry.meta.timing().touch(now);
    Some(value)
}

#[inline(always)]
fn lent<M: Meta, V>(entry: &Entry<M, V>) -> Option<NonNull<V>> {
    entry.slot.get().map(NonNull::from)
}
