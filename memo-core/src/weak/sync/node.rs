//! A node of a shared map: its content, and who holds it.
//!
//! # Invariants
//!
//! 1. A node's memory stays as long as a thread may look at it: see [`shard`](super::shard). Its content stays as long as it is held.
//! 2. The table holds a node as long as it is in. Who finds it while looking may hold it, too, unless its last holder has left.
//! 3. The last holder drops the content, or takes it out, and then says so: [`DONE`]. Until then the memory is not freed. A content that
//!    [stays](Mortal::STAYS) is dropped when the memory is freed.
//! 4. The hash is never changed. The place is read and written under the lock of the node's shard only.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::sys::panics::{OnItsWay, quietly};
use crate::sys::sync::{AtomicUsize, Ordering, UnsafeCell, panicking};
use crate::weak::classes::Place;

/// What a map keeps in a node.
pub(crate) trait Mortal {
    /// Whether dropping it runs no user code.
    const QUIET: bool;
    /// Whether it is whole as long as somebody may look at it, and not only as long as it is held. Such a content is quiet, and is dropped
    /// when its node is freed.
    const STAYS: bool = false;
    /// Whether one of its objects is dead. Runs no user code.
    fn is_dead(&self) -> bool;
    /// Whether it is dead will be asked in a moment.
    fn is_asked_soon(&self) {}
}

pub(super) struct Node<C: Mortal> {
    pub(super) hash: u64,
    /// How many hold it; 0 while the last one ends the content.
    holders: AtomicUsize,
    pub(super) place: Cell<Place>,
    /// Where in the pool it lies.
    pub(super) chunk: u32,
    content: UnsafeCell<ManuallyDrop<C>>,
}

// SAFETY: the content is shared and dropped by any holder; the place is the lock's (invariant 4).
unsafe impl<C: Mortal + Send + Sync> Send for Node<C> {}
// SAFETY: as above.
unsafe impl<C: Mortal + Send + Sync> Sync for Node<C> {}

/// The content is gone, and nobody touches the node any more.
const DONE: usize = usize::MAX;

impl<C: Mortal> Node<C> {
    /// A node that the table holds.
    pub(super) fn new(hash: u64, place: Place, chunk: u32, content: C) -> Self {
        let content = UnsafeCell::new(ManuallyDrop::new(content));
        Self { hash, holders: AtomicUsize::new(1), place: Cell::new(place), chunk, content }
    }

    /// The content, which may be gone: only what has no drop glue may be read then.
    #[inline(always)]
    pub(super) fn content(&self) -> *const C {
        self.content.with(<*const ManuallyDrop<C>>::cast)
    }

    /// Holds the node, unless its content is gone or going.
    #[inline]
    fn try_hold(&self) -> bool {
        let mut holders = self.holders.load(Ordering::Relaxed);
        while holders != 0 && holders != DONE {
            match self.holders.compare_exchange_weak(holders, holders + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => holders = now,
            }
        }
        false
    }

    /// Holds a node that is held already.
    pub(super) fn hold_again(&self) {
        self.holders.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether its memory may be freed, if nobody looks at it.
    pub(super) fn is_done(&self) -> bool {
        self.holders.load(Ordering::Acquire) == DONE
    }

    /// Drops the content.
    ///
    /// # Safety
    /// Nobody has, or gets, a reference to it, and it is dropped once.
    pub(super) unsafe fn end_content(&self) {
        // Not through a `&mut` to all of it: a plain part may be copied by a look-up meanwhile.
        // SAFETY: the caller's.
        self.content.with_mut(|content| unsafe { content.cast::<C>().drop_in_place() });
    }

    /// Says that the content is gone.
    fn done(&self) {
        self.holders.store(DONE, Ordering::Release);
    }
}

/// A node that is held: its content stays until this is dropped, which drops the content where it is the last.
pub(crate) struct Held<'t, C: Mortal> {
    node: NonNull<Node<C>>,
    /// The table frees the memory.
    table: PhantomData<&'t Node<C>>,
}

// SAFETY: a shared reference to the content, which may be the last.
unsafe impl<C: Mortal + Send + Sync> Send for Held<'_, C> {}
// SAFETY: as above.
unsafe impl<C: Mortal + Send + Sync> Sync for Held<'_, C> {}

impl<C: Mortal> Held<'_, C> {
    /// Takes over a hold, for as long as the table stands.
    ///
    /// # Safety
    /// The node is of a table that outlives this, and the hold is the caller's.
    pub(super) unsafe fn of(node: NonNull<Node<C>>) -> Self {
        Self { node, table: PhantomData }
    }

    /// Holds a node that is looked at, or whose shard is locked, unless it is gone.
    ///
    /// # Safety
    /// The node is of a table that outlives this.
    #[inline]
    pub(super) unsafe fn new(node: &Node<C>) -> Option<Self> {
        // SAFETY: the caller's, and this holds it.
        node.try_hold().then(|| unsafe { Self::of(NonNull::from(node)) })
    }

    #[inline]
    pub(super) fn node(&self) -> NonNull<Node<C>> {
        self.node
    }

    /// The hash under which it is, or was.
    pub(super) fn hash(&self) -> u64 {
        self.get().hash
    }

    fn get(&self) -> &Node<C> {
        // SAFETY: it is held.
        unsafe { self.node.as_ref() }
    }

    /// What `read` makes of the content, which is let go then. If its destructor panics, what was made is dropped, too: a result that is
    /// returned beside a panic is not.
    #[inline]
    pub(crate) fn read<R>(self, read: impl FnOnce(&C) -> R) -> R {
        let made = OnItsWay::new(read(&self));
        drop(self);
        made.arrive()
    }

    /// The content, if nobody else holds it. The node is out of the table.
    pub(crate) fn into_content(self) -> Result<C, Self> {
        const { assert!(!C::STAYS, "it is not the holder's") };
        let node = self.get();
        if node.holders.compare_exchange(1, 0, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return Err(self);
        }
        // SAFETY: this was the only holder, and there will be no other: it is read once.
        let content = unsafe { node.content().read() };
        node.done();
        std::mem::forget(self);
        Ok(content)
    }
}

impl<C: Mortal> Held<'_, C> {
    /// Drops nodes that are out of their table. Once all readers that may have found them `have_left`, a node with one holder cannot get
    /// another, and its hold is given back without a locked instruction.
    ///
    /// # Safety
    /// `have_left` passes a heavy fence, and says whether every other thread was outside a look-up after it.
    pub(super) unsafe fn drop_all(taken: Vec<Self>, have_left: impl FnOnce() -> bool) {
        if taken.is_empty() || !have_left() {
            return drop(taken);
        }
        for mut held in taken {
            if held.get().holders.load(Ordering::Relaxed) == 1 {
                held.end();
                std::mem::forget(held);
            }
        }
    }
}

impl<C: Mortal> Deref for Held<'_, C> {
    type Target = C;

    #[inline(always)]
    fn deref(&self) -> &C {
        // SAFETY: the content stays while the node is held.
        unsafe { &*self.get().content() }
    }
}

impl<C: Mortal> Drop for Held<'_, C> {
    #[inline]
    fn drop(&mut self) {
        if self.get().holders.fetch_sub(1, Ordering::Release) == 1 {
            self.end();
        }
    }
}

impl<C: Mortal> Held<'_, C> {
    #[inline(never)]
    fn end(&mut self) {
        /// Says it, whether the destructor panics or not.
        struct Done<'n, C: Mortal>(&'n Node<C>);
        impl<C: Mortal> Drop for Done<'_, C> {
            fn drop(&mut self) {
                self.0.done();
            }
        }
        let node = self.get();
        node.holders.load(Ordering::Acquire);
        let _done = Done(node);
        // SAFETY: the last holder: nobody else has, or gets, a reference to the content.
        let end = || unsafe { node.end_content() };
        match () {
            () if C::STAYS => {}
            // Two panics at once would end the process.
            () if !C::QUIET && panicking() => quietly(end),
            () => end(),
        }
    }
}
