//! Memory that readers may still look at, on its way to be freed.
//!
//! # Invariants
//!
//! 1. What is added is unpublished by then: a reader that begins later cannot find it.
//! 2. It is freed after a heavy fence behind which every other reader was seen outside a look-up, or where there is no other.
//! 3. The fence is passed with no lock of a shard held, and only when so many bytes wait that it is worth its price.

use std::alloc::{Layout, dealloc};
use std::ptr::NonNull;

use crate::sys::hazard::own;
use crate::sys::sync::plain::{AtomicUsize, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// What was taken out, and by whom it is not read any more only later.
#[derive(Default)]
pub(crate) struct Retired {
    pieces: Vec<Piece>,
    bytes: usize,
}

struct Piece {
    at: NonNull<u8>,
    layout: Layout,
    /// What ends before the memory does. It is ours, and does not panic.
    end: fn(NonNull<u8>, Layout),
}

// SAFETY: memory that is nobody's, of atomics and plain data.
unsafe impl Send for Piece {}

impl Retired {
    pub(crate) const fn new() -> Self {
        Self { pieces: Vec::new(), bytes: 0 }
    }

    /// Adds what was allocated with this layout.
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
    /// Nobody reads it any more.
    pub(crate) unsafe fn free(self) {
        for Piece { at, layout, end } in self.pieces {
            end(at, layout);
            // SAFETY: `add` says that it was allocated so; the caller, that it is nobody's.
            unsafe { dealloc(at.as_ptr(), layout) };
        }
    }

    fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
        self.bytes += other.bytes;
    }
}

/// What is retired in the whole process and waits for a fence.
static WAITING: Mutex<Retired> = Mutex::new(Retired::new());

/// How many bytes wait before a fence is asked for; more while a reader stays inside.
static DUE: AtomicUsize = AtomicUsize::new(LEAST_DUE);
const LEAST_DUE: usize = 32 << 10;

/// Frees `retired` when no reader is left in it: later, if there is little of it. With no lock held.
#[cold]
#[inline(never)]
pub(crate) fn let_go(retired: Retired) {
    let due = {
        let mut waiting = unpoisoned(WAITING.lock());
        waiting.append(retired);
        waiting.bytes >= DUE.load(Ordering::Relaxed)
    };
    if due {
        free_waiting();
    }
}

/// Frees all that waits, if no reader is left in it.
#[cold]
pub(crate) fn free_waiting() {
    let waiting = unpoisoned(WAITING.lock()).take();
    if waiting.is_empty() {
        return;
    }
    if own::others_have_left() {
        DUE.store(LEAST_DUE, Ordering::Relaxed);
        // SAFETY: unpublished before, and every reader has left it.
        unsafe { waiting.free() };
    } else {
        // A reader that was stopped in the middle. Not for each that comes: fences are dear.
        let mut all = unpoisoned(WAITING.lock());
        all.append(waiting);
        DUE.store(2 * all.bytes, Ordering::Relaxed);
    }
}
