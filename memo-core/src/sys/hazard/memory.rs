//! Retired memory: readers may still look at it, so it is freed later.
//!
//! # Invariants
//!
//! 1. Memory is unpublished before it is added: a reader that begins later cannot find it.
//! 2. It is freed after a heavy fence after which every other reader was seen outside a lookup, or if there is no other reader.
//! 3. No lock is held across the fence, which is passed only when enough bytes wait to be worth its cost.
//! 4. What waits is bounded, unless the kernel refuses the fence: if it is much, who lets more go waits for the readers.

use std::alloc::{Layout, dealloc};
use std::ptr::NonNull;

use crate::sys::hazard::own;
use crate::sys::sync::plain::{AtomicUsize, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// Memory that was unpublished, and that readers may still be inside.
#[derive(Default)]
pub(crate) struct RetiredMemory {
    pieces: Vec<Piece>,
    bytes: usize,
}

struct Piece {
    at: NonNull<u8>,
    layout: Layout,
    /// Its destructor, which runs no user code and does not panic.
    end: fn(NonNull<u8>, Layout),
}

// SAFETY: unpublished memory that any thread may end: the caller's of `add`.
unsafe impl Send for Piece {}

impl RetiredMemory {
    pub(crate) const fn new() -> Self {
        Self { pieces: Vec::new(), bytes: 0 }
    }

    /// Adds memory that was allocated with this layout. Any thread may end and free it.
    pub(crate) fn add(&mut self, at: NonNull<u8>, layout: Layout, end: fn(NonNull<u8>, Layout)) {
        self.pieces.push(Piece { at, layout, end });
        self.bytes += layout.size();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// # Safety
    /// No reader is left inside.
    pub(crate) unsafe fn free(self) {
        for Piece { at, layout, end } in self.pieces {
            end(at, layout);
            // SAFETY: `add` guarantees this layout, and the caller that no reader is left.
            unsafe { dealloc(at.as_ptr(), layout) };
        }
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
        self.bytes += other.bytes;
    }
}

/// All retired memory of the process that waits for a fence.
static WAITING: Mutex<RetiredMemory> = Mutex::new(RetiredMemory::new());

/// How many bytes may wait before a fence is passed. More while a reader stays inside.
static DUE: AtomicUsize = AtomicUsize::new(LEAST_DUE);
const LEAST_DUE: usize = 32 << 10;
/// From so many bytes on, readers are waited for.
const MOST_WAITING: usize = 128 << 10;

/// Frees `retired` when no reader is left inside, or later if it is small; at once if there are no other readers. Call it with no lock
/// held.
#[cold]
#[inline(never)]
pub(crate) fn let_go(retired: RetiredMemory) {
    if own::is_alone() {
        // SAFETY: nobody else looks, and this thread does not look now.
        unsafe { retired.free() };
        return;
    }
    let due = {
        let mut waiting = unpoisoned(WAITING.lock());
        waiting.append(retired);
        waiting.bytes >= DUE.load(Ordering::Relaxed)
    };
    if due {
        free_waiting();
    }
}

/// The same for one piece that keeps so many bytes elsewhere. At once if there are no other readers.
pub(crate) fn let_go_one(at: NonNull<u8>, layout: Layout, keeps: usize, end: fn(NonNull<u8>, Layout)) {
    if own::is_alone() {
        end(at, layout);
        // SAFETY: the caller's layout, and nobody else looks.
        unsafe { dealloc(at.as_ptr(), layout) };
        return;
    }
    if cfg!(memo_loom) {
        // A model's pieces belong to it, and it does not wait.
        if own::others_have_left() {
            end(at, layout);
        }
        return;
    }
    let due = {
        let mut waiting = unpoisoned(WAITING.lock());
        waiting.add(at, layout, end);
        waiting.bytes += keeps;
        waiting.bytes >= DUE.load(Ordering::Relaxed)
    };
    if due {
        free_waiting();
    }
}

/// Frees all waiting memory, if no reader is left inside. If it is much, waits until they have left: a look neither blocks nor runs
/// user code.
#[cold]
pub(crate) fn free_waiting() {
    let waiting = unpoisoned(WAITING.lock()).take();
    if waiting.is_empty() {
        return;
    }
    if own::others_have_left() || waiting.bytes >= MOST_WAITING && own::wait_for_others() {
        DUE.store(LEAST_DUE, Ordering::Relaxed);
        // SAFETY: unpublished before, and every reader has left.
        unsafe { waiting.free() };
    } else {
        // A reader was preempted inside. Not retried for each addition: fences are expensive.
        let mut all = unpoisoned(WAITING.lock());
        all.append(waiting);
        DUE.store((2 * all.bytes).max(LEAST_DUE), Ordering::Relaxed);
    }
}
