//! What an entry with an extra key has beside its result.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::sys::index::Hashed;
use crate::sys::panics::quietly;
use crate::sys::sync::{AtomicBool, Ordering, UnsafeCell, panicking, plain};
use crate::value::entry::{Meta, SeenKey};
use crate::value::queue::Links;
use crate::value::timing::{Timing, Untimed};

/// The beginning of an entry with an extra key, which is all that an index knows of it. So one index serves entries of all types.
pub(crate) struct Indexed {
    hash: u64,
}

impl Hashed for Indexed {
    unsafe fn hash(node: NonNull<Self>) -> u64 {
        // SAFETY: the caller's: the index's entries are valid.
        unsafe { node.as_ref() }.hash
    }
}

/// What a [`Table`](super::table::Table) stores about an entry.
#[repr(C)]
pub(crate) struct Keyed<K, T = Untimed> {
    indexed: Indexed,
    pub(super) links: Links,
    timing: T,
    key: UnsafeCell<ManuallyDrop<K>>,
    /// Set by a hit, cleared when the entry might have been evicted.
    pub(super) visited: plain::AtomicBool,
    gone: AtomicBool,
    /// Written under the store's lock, or by the last holder.
    seen: plain::AtomicU8,
}

// SAFETY: the key is read by reference, and dropped by the last holder, or when nobody looks at it any longer.
unsafe impl<K: Send + Sync, T: Sync> Sync for Keyed<K, T> {}

/// Values of `seen`. All others: seen with its key, which keeps some 2^n bytes.
const UNSEEN: u8 = 0;
const WITHOUT_KEY: u8 = 0xFE;
const KEY_ENDED: u8 = 0xFF;

impl<K, T> Keyed<K, T> {
    /// # Safety
    /// It is called once, and nobody uses the key from then on.
    unsafe fn end_key(&self) {
        self.key.with_mut(|key| {
            // SAFETY: the caller's.
            let key = unsafe { &mut *key };
            // SAFETY: the caller's.
            unsafe { ManuallyDrop::drop(key) };
        });
    }
}

/// As for [`Entry`](super::entry::Entry).
impl<K, T> Drop for Keyed<K, T> {
    #[inline]
    fn drop(&mut self) {
        if const { !std::mem::needs_drop::<K>() } || self.seen.load(Ordering::Relaxed) == KEY_ENDED {
            return;
        }
        // SAFETY: it is not used again.
        let end = || unsafe { self.end_key() };
        if panicking() { quietly(end) } else { end() }
    }
}

impl<K, T: Timing> Meta for Keyed<K, T> {
    type Key = K;
    type Timing = T;

    fn new(key: K, hash: u64) -> Self {
        Self {
            indexed: Indexed { hash },
            links: Links::new(),
            timing: T::new(),
            key: UnsafeCell::new(ManuallyDrop::new(key)),
            visited: plain::AtomicBool::new(false),
            gone: AtomicBool::new(false),
            seen: plain::AtomicU8::new(UNSEEN),
        }
    }

    #[inline(always)]
    fn key(&self) -> &K {
        // SAFETY: it ends when nobody uses it.
        self.key.with(|key| unsafe { &*key })
    }

    #[inline(always)]
    fn hash(&self) -> u64 {
        self.indexed.hash
    }

    #[inline(always)]
    fn timing(&self) -> &T {
        &self.timing
    }

    #[inline(always)]
    fn visit(&self) {
        // Read first: a store at every hit would take the cache line from the other threads.
        if !self.visited.load(Ordering::Relaxed) {
            self.visited.store(true, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn is_seen(&self) -> bool {
        self.seen.load(Ordering::Relaxed) != UNSEEN
    }

    fn set_seen(&self, key: SeenKey) {
        let seen = match key {
            SeenKey::Compared { keeps } => (usize::BITS - keeps.leading_zeros()) as u8 + 1,
            SeenKey::Unseen => WITHOUT_KEY,
        };
        self.seen.store(seen, Ordering::Relaxed);
    }

    fn set_unseen(&self) {
        self.seen.store(UNSEEN, Ordering::Relaxed);
    }

    #[inline(always)]
    fn is_gone(&self) -> bool {
        // `SeqCst`: after the hazard pointer was set.
        self.gone.load(Ordering::SeqCst)
    }

    fn keeps(&self) -> usize {
        match self.seen.load(Ordering::Relaxed) {
            UNSEEN | WITHOUT_KEY | KEY_ENDED => 0,
            log => (1 << (log - 1)) >> 1,
        }
    }

    unsafe fn end_early(&self) {
        if self.seen.load(Ordering::Relaxed) == WITHOUT_KEY {
            // Before the destructor, which may panic.
            self.seen.store(KEY_ENDED, Ordering::Relaxed);
            // SAFETY: the caller's, and hits do not look at this key.
            unsafe { self.end_key() };
        }
    }
}

impl<K, T> Keyed<K, T> {
    /// It is taken out, or put in. Under the store's lock.
    pub(super) fn set_gone(&self, gone: bool) {
        // `SeqCst`, with a fence after it: before the readers' hazard pointers are read.
        self.gone.store(gone, Ordering::Release);
    }
}
