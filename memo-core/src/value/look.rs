//! Reading the front of a store without its lock.
//!
//! # Invariants
//!
//! 1. Memory: the thread is marked as looking from before it reads the front until after its last read of an entry that it does not
//!    hold. Entries that are taken out keep their memory, hash and compared key until all have left.
//! 2. Values: one that has a destructor, or whose copy runs user code, is read under a hazard pointer only. It is set by a full fence
//!    before the entry is asked whether it is *gone*. Who takes it out says so first, passes a full fence, and then reads the hazard pointers
//!    ([`scan_fenced`](crate::sys::hazard::retire::Domain::scan_fenced)): one of the two sees the other.
//! 3. What follows is the protocol of [`protect`](crate::sys::hazard::protect), from its step 5 on.

use std::ptr::NonNull;

use crate::sys::hazard::protect::HazardGuard;
use crate::sys::hazard::registry::Reader;
use crate::sys::hazard::retire::Domain;
use crate::sys::index::Guess;
use crate::value::entry::{Entry, Meta};
use crate::value::slot::Look;
use crate::value::store::Store;

/// What a first look found, if it found anything.
pub(crate) enum First<R> {
    Found(R),
    /// Nothing, or nothing that is ready.
    Nothing,
    /// [`look`] may find it.
    Unsure,
}

/// The entry of a store.
pub(crate) type EntryIn<St> = Entry<<St as Store>::Meta, <St as Store>::Value>;

/// What `act` makes of the entry that the first search for this hash leads to and `is` accepts. Neither runs user code.
///
/// # Safety
/// The caller is marked as looking, or the only thread that uses the store. An entry that `is` accepts has this hash.
#[inline(always)]
pub(crate) unsafe fn first<St: Store, R>(
    front: &St::Front,
    hash: u64,
    is: impl FnOnce(&EntryIn<St>) -> bool,
    act: impl FnOnce(&EntryIn<St>) -> Option<R>,
) -> First<R> {
    // SAFETY: the caller's.
    match unsafe { St::guess(front, hash, is) } {
        // SAFETY: what is found stays as long as the caller looks.
        Guess::Node(entry) => act(unsafe { entry.as_ref() }).map_or(First::Nothing, First::Found),
        Guess::Nothing => First::Nothing,
        Guess::Unsure => First::Unsure,
    }
}

/// What `act` makes of the entry of this hash that `is` accepts, while it stays. Neither runs user code. Without a reader: the store is
/// this thread's.
#[inline(always)]
pub(crate) fn look<St: Store, R>(
    front: &St::Front,
    reader: Option<&Reader>,
    fence: impl FnOnce(),
    hash: u64,
    is: impl FnMut(&EntryIn<St>) -> bool,
    act: impl FnOnce(&EntryIn<St>) -> Option<R>,
) -> Option<R> {
    let look = || {
        // SAFETY: marked as looking, or the only thread that uses the store.
        let entry = unsafe { St::look(front, hash, is) }?;
        // SAFETY: what is found stays until this is over.
        act(unsafe { entry.as_ref() })
    };
    match reader {
        Some(reader) => reader.look(fence, look),
        None => look(),
    }
}

/// An entry under this thread's hazard pointer.
pub(crate) struct Holding<'a, St: Store> {
    entry: NonNull<EntryIn<St>>,
    /// Whether it had its result before it was held.
    ready: bool,
    /// Whether it is held: it was not gone.
    held: bool,
    _guard: HazardGuard<'a>,
}

impl<St: Store> Holding<'_, St> {
    /// Whether it had its result when it was in its store. One that turns ready later may have been taken out before.
    pub(crate) fn was_ready(&self) -> bool {
        self.ready
    }

    /// The entry, unless it was taken out before it was held.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&EntryIn<St>> {
        if !self.held {
            return None;
        }
        // SAFETY: it is held until the guard goes.
        Some(unsafe { self.entry.as_ref() })
    }
}

/// Holds the entry of this hash that `is`, which runs no user code, accepts. The reader's hazard pointer is free. `shared`: other threads
/// may take it out.
#[inline(always)]
pub(crate) fn hold<'a, St: Store>(
    front: &St::Front,
    reader: &'a Reader,
    domain: Domain<'a>,
    shared: bool,
    fence: impl FnOnce(),
    hash: u64,
    is: impl FnMut(&EntryIn<St>) -> bool,
) -> Option<Holding<'a, St>> {
    let announce = |entry: &EntryIn<St>| {
        let address = std::ptr::from_ref(entry).addr();
        let ready = entry.slot.look() == Look::Ready;
        if shared {
            reader.cloning().set_fenced(address);
        } else {
            reader.cloning().set(address);
        }
        Some((NonNull::from(entry), ready, !entry.meta.is_gone()))
    };
    let (entry, ready, held) = look::<St, _>(front, shared.then_some(reader), fence, hash, is, announce)?;
    let guard = HazardGuard::new(entry.addr().get(), reader.cloning(), reader, domain);
    Some(Holding { entry, ready, held, _guard: guard })
}
