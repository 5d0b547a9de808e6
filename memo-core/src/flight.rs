//! The computations in progress on this thread: so that re-entry is a panic with names, never a hang.

use crate::memo::Core;
use crate::slot::Slot;
use crate::sync::plain::{AtomicU32, Ordering};
use crate::thread;

/// What a computation is for.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    /// The address of the slot it computes.
    pub(crate) slot: usize,
    /// The address of the cell, and the hash of the key: what a second flight of the same key has in common with it. 0 where
    /// no flight can be asked to go.
    pub(crate) cell: usize,
    pub(crate) hash: u64,
}

/// One computation, on the stack of the call that runs it.
pub(crate) struct Frame {
    outer: *const Frame,
    core: &'static Core,
    task: Task,
}

/// Takes its frame off again, also when the body panics.
pub(crate) struct Running;

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        thread::with(|thread| {
            // SAFETY: the innermost frame is that of the call that this guard belongs to, further up this stack.
            let outer = unsafe { &*thread.frames.get() }.outer;
            thread.frames.set(outer);
        });
    }
}

impl Frame {
    #[inline]
    pub(crate) fn new(core: &'static Core, task: Task) -> Self {
        let outer = thread::with(|thread| thread.frames.get());
        Self { outer, core, task }
    }

    /// Runs `body` as this frame.
    pub(crate) fn run<R>(&self, body: impl FnOnce() -> R) -> R {
        thread::with(|thread| thread.frames.set(self));
        let _running = Running;
        body()
    }
}

/// Ends a call that asks for what its own thread is computing.
#[cold]
pub(crate) fn panic_on_ring(core: &'static Core, slot: usize) -> ! {
    // SAFETY: frames stand on this thread's stack until their call takes them off.
    let chain = unsafe { chain(thread::with(|thread| thread.frames.get()), slot) };
    panic!(
        "memo_core: `{}` asks for a result it is computing: {} -> `{}`",
        core.name(),
        chain.join(" -> "),
        core.name()
    );
}

/// The address that a computation's frame knows its slot by.
#[inline]
pub(crate) fn slot_address<V>(slot: &Slot<V>) -> usize {
    std::ptr::from_ref(slot).expose_provenance()
}

/// The computations from that of `slot` on to the `innermost`, each with its place.
///
/// # Safety
/// The frames are those of this thread, or of one that does not run.
pub(crate) unsafe fn chain(innermost: *const Frame, slot: usize) -> Vec<String> {
    let mut chain = Vec::new();
    let mut at = innermost;
    // SAFETY: the caller's.
    while let Some(frame) = unsafe { at.as_ref() } {
        chain.push(format!("`{}` at {}", frame.core.name(), frame.core.place()));
        if frame.task.slot == slot {
            break;
        }
        at = frame.outer;
    }
    chain.reverse();
    chain
}

/// How many flights of one key, all asked to go, may be in progress below each other on one thread before they are taken for a
/// ring: a body may have its own flight cleared and ask again, and end.
const MOST_AGAIN: u32 = 64;

/// How many flights of the process are in progress that were taken out of their store. It goes below none for a moment where one ends
/// before it was noted.
static DETACHED: AtomicU32 = AtomicU32::new(0);

/// A flight in progress was taken out of its store.
pub(crate) fn detached() {
    DETACHED.fetch_add(1, Ordering::Relaxed);
}

/// A flight ended that had been taken out.
pub(crate) fn detached_ended() {
    DETACHED.fetch_sub(1, Ordering::Relaxed);
}

/// The guard of keys whose flights were asked to go: the next call does not wait for such a one, so it is no ring that anybody
/// could see by what is waited for. It only does not end.
#[inline]
pub(crate) fn guard_again(core: &'static Core, cell: usize, hash: u64) {
    if DETACHED.load(Ordering::Relaxed).cast_signed() >= MOST_AGAIN.cast_signed() {
        count_again(core, cell, hash);
    }
}

#[cold]
fn count_again(core: &'static Core, cell: usize, hash: u64) {
    let (mut again, mut newest) = (0, None);
    let innermost = thread::with(|thread| thread.frames.get());
    let mut at = innermost;
    // SAFETY: frames stand on this thread's stack until their call takes them off.
    while let Some(frame) = unsafe { at.as_ref() } {
        if std::ptr::eq(frame.core, core) && frame.task.cell == cell && frame.task.hash == hash {
            again += 1;
            newest = newest.or(Some(frame.task.slot));
        }
        at = frame.outer;
    }
    let Some(newest) = newest.filter(|_| again >= MOST_AGAIN) else { return };
    // SAFETY: as above.
    let chain = unsafe { chain(innermost, newest) };
    panic!(
        "memo_core: `{}` has asked for its own result {again} times, each time after that was asked to go: {} -> `{}`",
        core.name(),
        chain.join(" -> "),
        core.name()
    );
}

/// How often the same memo may be nested on one thread with `single_flight = false` before it is taken for a ring.
const DEEPEST: usize = 4096;

/// The guard of memos that do not wait: they cannot tell a ring from a recursion, only that it does not end.
pub(crate) fn guard_depth(core: &'static Core) {
    let depth = thread::with(|thread| thread.depth.get());
    if depth == 0 || !depth.is_multiple_of(256) {
        return;
    }
    let mut same = 0;
    let mut at = thread::with(|thread| thread.frames.get());
    // SAFETY: as above.
    while let Some(frame) = unsafe { at.as_ref() } {
        same += usize::from(std::ptr::eq(frame.core, core));
        at = frame.outer;
    }
    assert!(
        same < DEEPEST,
        "memo_core: `{}` at {} is nested {same} deep on one thread: it seems to ask for its own result",
        core.name(),
        core.place()
    );
}
