//! The entry of a memo without extra key.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::memo::cells::vtable::EntryId;
use crate::sys::arc::Arc;
use crate::sys::fence;
use crate::sys::hazard::protect::Published;
use crate::sys::index::Guess;
use crate::value::entry::{Entry, Meta, SeenKey, id_of};
use crate::value::store::{Counted, Evicted, InsertInto, IsDead, Store, Taken};
use crate::value::timing::{Timing, Untimed};

/// What a [`Single`] stores about its entry.
pub(crate) struct Bare<T = Untimed>(T);

impl<T: Timing> Meta for Bare<T> {
    type Key = ();
    type Timing = T;
    fn new((): (), _: u64) -> Self {
        Self(T::new())
    }
    fn key(&self) -> &() {
        &()
    }
    fn hash(&self) -> u64 {
        0
    }
    #[inline(always)]
    fn timing(&self) -> &T {
        &self.0
    }
    #[inline(always)]
    fn visit(&self) {}
    #[inline(always)]
    fn is_seen(&self) -> bool {
        false
    }
    fn set_seen(&self, _: SeenKey) {}
    fn set_unseen(&self) {}
    fn is_gone(&self) -> bool {
        false
    }
    fn keeps(&self) -> usize {
        0
    }
    unsafe fn end_early(&self) {}
}

/// At most one entry. It lies in the front, with its count, whether it is ready or not.
#[allow(clippy::type_complexity)]
pub struct Single<V, T = Untimed>(PhantomData<fn(V, T) -> (V, T)>);

impl<V, T> Default for Single<V, T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// The entry of a call without an extra key.
type Alone<V, T> = Entry<Bare<T>, V>;

/// The front of a [`Single`].
pub(crate) struct OneEntry<V, T: Timing = Untimed>(Published<Alone<V, T>>);

impl<V, T: Timing> Default for OneEntry<V, T> {
    fn default() -> Self {
        Self(Published::default())
    }
}

impl<V, T: Timing> OneEntry<V, T> {
    fn get(&self) -> Option<ManuallyDrop<Arc<Alone<V, T>>>> {
        // SAFETY: the front's entry came from `into_raw`, with a count that is the front's own.
        self.0.get().map(|entry| ManuallyDrop::new(unsafe { Arc::from_raw(entry.as_ptr()) }))
    }

    /// Takes the entry, and whether it was published to hits.
    fn take(&self) -> Option<(Arc<Alone<V, T>>, bool)> {
        let entry = self.get()?;
        let shown = self.0.is_visible();
        self.0.clear();
        Some((ManuallyDrop::into_inner(entry), shown))
    }
}

impl<V, T: Timing> Drop for OneEntry<V, T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

fn pointer_to<V, T: Timing>(entry: &Arc<Alone<V, T>>) -> NonNull<Alone<V, T>> {
    NonNull::new(Arc::as_ptr(entry).cast_mut()).expect("an allocation is not null")
}

impl<V: 'static, T: Timing> Store for Single<V, T> {
    type Key = ();
    type Meta = Bare<T>;
    type Value = V;
    type Front = OneEntry<V, T>;
    type Drained = Option<Taken<Self>>;
    const FRONTED: bool = true;

    #[inline(always)]
    fn published(front: &OneEntry<V, T>) -> Option<&Published<Alone<V, T>>> {
        Some(&front.0)
    }

    unsafe fn guess(_: &OneEntry<V, T>, _: u64, _: impl FnOnce(&Alone<V, T>) -> bool) -> Guess<NonNull<Alone<V, T>>> {
        Guess::Nothing
    }

    unsafe fn look(_: &OneEntry<V, T>, _: u64, _: impl FnMut(&Alone<V, T>) -> bool) -> Option<NonNull<Alone<V, T>>> {
        None
    }

    #[inline]
    fn find(
        &self,
        front: &OneEntry<V, T>,
        _: u64,
        is: &mut dyn FnMut(&Counted<Self>) -> bool,
    ) -> Option<Counted<Self>> {
        let entry = front.get()?;
        if is(&entry) { Some(Counted::<Self>::clone(&entry)) } else { None }
    }

    fn has(&self, front: &OneEntry<V, T>, entry: &Counted<Self>) -> bool {
        front.get().is_some_and(|there| id_of(&there) == id_of(entry))
    }

    fn insert(&mut self, front: &OneEntry<V, T>, entry: Counted<Self>, _: InsertInto) {
        debug_assert!(front.get().is_none());
        let at = pointer_to(&entry);
        // The front owns the count now.
        let entry = ManuallyDrop::new(entry);
        front.0.put_hidden(at);
        if entry.slot.get().is_some() {
            self.turned_ready(front, &entry);
        }
    }

    fn remove(&mut self, front: &OneEntry<V, T>, id: EntryId) -> Option<Taken<Self>> {
        if front.get().is_some_and(|entry| id_of(&entry) == id) { self.drain(front).1 } else { None }
    }

    fn turned_ready(&mut self, front: &OneEntry<V, T>, entry: &Counted<Self>) {
        // Otherwise hits find it under the lock.
        if fence::can_publish() {
            front.0.publish(pointer_to(entry));
        }
    }

    #[inline(always)]
    fn evict(
        &mut self,
        _: &OneEntry<V, T>,
        _: EntryId,
        _: usize,
        _: Option<IsDead<()>>,
        _: T::Now,
        _: &mut Evicted<Self>,
    ) {
    }

    fn some(&mut self, front: &OneEntry<V, T>, visit: &mut dyn FnMut(&Counted<Self>)) {
        self.each(front, visit);
    }

    fn drain(&mut self, front: &OneEntry<V, T>) -> (usize, Option<Taken<Self>>) {
        let taken = front.take().map(|(entry, shown)| Taken::now(entry, shown));
        (taken.as_ref().map_or(0, |taken| usize::from(taken.ready)), taken)
    }

    fn ready(&self, front: &OneEntry<V, T>) -> usize {
        usize::from(front.get().is_some_and(|entry| entry.slot.get().is_some()))
    }

    fn each(&self, front: &OneEntry<V, T>, visit: &mut dyn FnMut(&Counted<Self>)) {
        if let Some(entry) = front.get() {
            visit(&entry);
        }
    }
}
