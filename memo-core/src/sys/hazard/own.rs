//! This thread's reader, which only this thread writes. It is listed from its first use until the thread ends.

use std::cell::Cell;

use super::registry::{self, READERS, Reader};
use crate::sys::per_thread::per_thread;
use crate::sys::thread::{self, Step};
use crate::sys::{depth, fence};

/// Whether this thread's reader is on the list, and which fence it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// Not yet.
    Unlisted,
    /// It is listed, and a light fence is enough.
    Light,
    /// It is listed, and needs a full fence.
    Full,
    /// No longer listed: the thread is ending.
    Gone,
}

per_thread! {
    struct Own {
        /// Null while it is on no list.
        reader: Cell<*const Reader> = Cell::new(std::ptr::null()),
        sight: Cell<Sight> = Cell::new(Sight::Unlisted),
    }
}

impl Own {
    #[inline(always)]
    fn listed(&self) -> Option<&'static Reader> {
        // SAFETY: null, or a reader that was lent to this thread: those are never freed.
        unsafe { self.reader.get().as_ref() }
    }
}

/// This thread's reader, if it is on the list and a light fence is enough: nearly always.
#[inline(always)]
pub(crate) fn light_reader() -> Option<&'static Reader> {
    let own = Own::here();
    // SAFETY: it is on the list, and so is not null; and as in `listed`.
    (own.sight.get() == Sight::Light).then(|| unsafe { &*own.reader.get() })
}

/// This thread's reader, if its hazard pointers may be used with [`fence::hazard`].
#[inline(always)]
pub(crate) fn holder() -> Option<&'static Reader> {
    light_reader().or_else(|| reader().filter(|_| fence::is_known()))
}

/// This thread's reader, put on the list if it is not there yet.
pub(crate) fn reader() -> Option<&'static Reader> {
    let own = Own::here();
    if own.sight.get() == Sight::Unlisted && thread::at_end(Step::Unlist, unlist) {
        // Not in the thread-local itself: if a thread comes here for the first time after the destructors of its
        // thread-locals (in one of C's), its guard never runs, and the reader stays on the list.
        let reader = registry::lend();
        // SAFETY: readers that are lent are never freed.
        unsafe { READERS.add(reader) };
        own.reader.set(reader);
        own.sight.set(if fence::is_asymmetric() { Sight::Light } else { Sight::Full });
    }
    own.listed()
}

/// This thread's reader if it is on the list.
#[inline]
pub(crate) fn listed() -> Option<&'static Reader> {
    Own::here().listed()
}

/// Whether no user code runs inside a memo call of this thread: neither a body nor a `Clone`.
#[inline]
pub(crate) fn is_outermost() -> bool {
    depth::is_zero() && listed().is_none_or(|reader| reader.cloning().is_free())
}

/// Whether no other thread is on the list.
pub(crate) fn is_alone() -> bool {
    READERS.is_only(listed())
}

/// Whether all other readers have left everything unpublished before.
pub(crate) fn others_have_left() -> bool {
    READERS.have_left(listed())
}

/// Waits until all other readers have left. `false`: that cannot be known.
pub(crate) fn wait_for_others() -> bool {
    READERS.wait(listed())
}

fn unlist() {
    let own = Own::here();
    if let Some(reader) = own.listed() {
        own.reader.set(std::ptr::null());
        READERS.remove(reader);
        registry::give_back(reader);
    }
    own.sight.set(Sight::Gone);
}
