//! What a subject keeps on the heap.
//!
//! The binary that asks installs [`Counting`] as its global allocator. Bytes are those requested; what the allocator adds to
//! each block is not seen. Counting is off outside a figure, so that timings in the same binary pay one predicted branch.
//!
//! Each figure comes from a fresh process: our side table and the statics of the macro peers keep the size they once grew
//! to, and in one process the second subject would be given the room that the first one made.

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

/// Names the figure that this process was started for.
const FIGURE: &str = "MEMO_BENCHES_FIGURE";

static ON: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// One subject's figure for one question, to be taken in a process of its own.
#[derive(Debug)]
pub struct Figure {
    /// The subject's column in the report.
    pub column: &'static str,
    question: &'static str,
    name: &'static str,
    take: fn() -> Bytes,
}

/// Bytes on the heap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bytes {
    /// When the live set was complete.
    pub steady: f64,
    /// The most at any time after that.
    pub peak: f64,
}

impl Figure {
    pub(crate) fn of<S: crate::Subject>(question: &'static str, take: fn() -> Bytes) -> Self {
        Self { column: S::COLUMN, question, name: S::NAME, take }
    }

    fn id(&self) -> String {
        format!("{}/{}", self.question, self.name)
    }

    /// The figure, from a fresh process of this binary, whose `main` begins with [`answer`].
    pub fn take(&self) -> Bytes {
        let own = std::env::current_exe().expect("a bench has a path");
        let output = Command::new(own).env(FIGURE, self.id()).output().expect("a bench can start itself");
        assert!(output.status.success(), "{}: {}", self.id(), String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("a figure is text");
        let numbers: Vec<f64> =
            text.split_whitespace().map(|word| word.parse().expect("a figure is numbers")).collect();
        let [steady, peak] = numbers[..] else { panic!("{} is no figure: {text:?}", self.id()) };
        Bytes { steady, peak }
    }
}

/// Whether this process was started for one of `figures`; if so, it has been taken and printed, and `main` should return.
pub fn answer(figures: impl IntoIterator<Item = Figure>) -> bool {
    let Ok(wanted) = std::env::var(FIGURE) else { return false };
    let figure = figures.into_iter().find(|figure| figure.id() == wanted).expect("the parent asks for what is listed");
    let bytes = (figure.take)();
    println!("{} {}", bytes.steady, bytes.peak);
    true
}

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

/// The system's allocator, counted.
#[derive(Debug)]
pub struct Counting;

fn changed(by: i64) {
    if ON.load(Relaxed) {
        let live = LIVE.fetch_add(by, Relaxed) + by;
        PEAK.fetch_max(live, Relaxed);
    }
}

// SAFETY: every call goes to `System` unchanged, which upholds the contract; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        changed(layout.size() as i64);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        changed(-(layout.size() as i64));
        // SAFETY: `block` came from `System` through this allocator, with this `layout`.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        changed(layout.size() as i64);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        changed(new_size as i64 - layout.size() as i64);
        // SAFETY: `block` came from `System` through this allocator, with this `layout`; the size is the caller's promise.
        unsafe { System.realloc(block, layout, new_size) }
    }
}
