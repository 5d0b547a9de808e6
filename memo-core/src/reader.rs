//! What a thread is looking at, for those who would take it away.
//!
//! A hit takes no lock, and the slot array of the side table that it looks into is not protected by the caller's borrow of
//! the object. So every thread has a [`Reader`], which it alone writes, marked while it is *looking*. [`Readers`] are those of
//! all threads.
//!
//! # Invariants
//!
//! 1. A reader is on the list from before its first use until its thread no longer uses it. It is written by its own thread
//!    only, with plain stores.
//! 2. *Looking*: the mark is set, and a light fence passed, before the pointer to the array is loaded; it is taken back
//!    (`Release`) after the last look at the array. So after an array was unpublished and a heavy fence passed, a reader
//!    that is not marked (`Acquire`) has left it, or will only find its successor.
//! 3. No code of the user's runs while *looking*.
//! 4. A thread that is not on the list (it is ending) takes the lock of what it looks into instead.

use std::ptr::NonNull;

use crate::fence;
use crate::sync::{AtomicBool, Mutex, Ordering, unpoisoned};

/// One thread's marks.
pub(crate) struct Reader {
    looking: AtomicBool,
}

impl Reader {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { looking: AtomicBool::new(false) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { looking: AtomicBool::new(false) }
    }

    /// Runs `look`, during which no array that it finds is freed. `look` is ours, and does not panic.
    #[inline(always)]
    pub(crate) fn look<R>(&self, fence: impl FnOnce(), look: impl FnOnce() -> R) -> R {
        self.looking.store(true, Ordering::Relaxed);
        fence();
        let found = look();
        self.looking.store(false, Ordering::Release);
        found
    }
}

/// Where a reader lies.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ReaderPtr(NonNull<Reader>);

// SAFETY: a reader is only atomics; it is followed under the list's lock only, while it is on the list.
unsafe impl Send for ReaderPtr {}

impl ReaderPtr {
    /// # Safety
    /// It is on the list, whose lock is held for `'a`.
    unsafe fn get<'a>(self) -> &'a Reader {
        // SAFETY: the caller's, and invariant 1.
        unsafe { self.0.as_ref() }
    }
}

/// The readers of all threads.
pub(crate) struct Readers(Mutex<Vec<ReaderPtr>>);

/// Those of this process.
#[cfg(not(loom))]
pub(crate) static READERS: Readers = Readers::new();

impl Readers {
    #[cfg(not(loom))]
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Puts a reader on the list.
    ///
    /// # Safety
    /// It stays where it is until it is taken off.
    pub(crate) unsafe fn add(&self, reader: &Reader) {
        unpoisoned(self.0.lock()).push(ReaderPtr(NonNull::from(reader)));
    }

    /// Takes a reader off, which is not used any more.
    #[cfg(not(loom))]
    pub(crate) fn remove(&self, reader: &Reader) {
        unpoisoned(self.0.lock()).retain(|other| other.0 != NonNull::from(reader));
    }

    /// Whether nobody looks any more at what was unpublished before. `me` is the caller's, who does not.
    pub(crate) fn have_left(&self, me: Option<&Reader>) -> bool {
        let readers = unpoisoned(self.0.lock());
        let others = |reader: &&ReaderPtr| me.is_none_or(|me| reader.0 != NonNull::from(me));
        // Who comes on the list later passes its lock first, and finds what is published by now.
        if readers.iter().find(others).is_none() {
            return true;
        }
        fence::heavy()
            && readers.iter().filter(others).all(|reader| {
                // SAFETY: it is on the list, and the lock is held.
                let reader = unsafe { reader.get() };
                !reader.looking.load(Ordering::Acquire)
            })
    }
}
