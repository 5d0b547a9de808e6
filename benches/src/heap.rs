//! What is on the heap.
//!
//! The binary that asks installs [`Counting`] as its global allocator. Bytes are those requested; what the allocator adds to
//! each block is not seen. Counting is off outside a figure, so that timings in the same binary pay one predicted branch.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

static ON: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);
static CAME: AtomicI64 = AtomicI64::new(0);

/// Counts from zero from here on.
pub(crate) fn count() {
    LIVE.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    ON.store(true, Relaxed);
}

/// Bytes allocated less bytes freed since [`count`].
pub(crate) fn live() -> i64 {
    LIVE.load(Relaxed)
}

/// The most that were live at once since [`restart_peak`].
pub(crate) fn peak() -> i64 {
    PEAK.load(Relaxed)
}

/// From here on [`peak`] looks at what comes.
pub(crate) fn restart_peak() {
    PEAK.store(live(), Relaxed);
}

/// How many blocks `act` asks for; one that grows counts again.
pub fn blocks(act: impl FnOnce()) -> i64 {
    count();
    let before = CAME.load(Relaxed);
    act();
    ON.store(false, Relaxed);
    CAME.load(Relaxed) - before
}

/// The system's allocator, counted.
#[derive(Debug)]
pub struct Counting;

/// A block came, or became another.
fn came(by: i64) {
    changed(by);
    if ON.load(Relaxed) {
        CAME.fetch_add(1, Relaxed);
    }
}

fn changed(by: i64) {
    if ON.load(Relaxed) {
        let live = LIVE.fetch_add(by, Relaxed) + by;
        PEAK.fetch_max(live, Relaxed);
    }
}

// SAFETY: every call goes to `System` unchanged, which upholds the contract; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        came(layout.size() as i64);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        changed(-(layout.size() as i64));
        // SAFETY: `block` came from `System` through this allocator, with this `layout`.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        came(layout.size() as i64);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        came(new_size as i64 - layout.size() as i64);
        // SAFETY: `block` came from `System` through this allocator, with this `layout`; the size is the caller's promise.
        unsafe { System.realloc(block, layout, new_size) }
    }
}
