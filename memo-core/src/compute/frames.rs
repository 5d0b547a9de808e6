//! The computations in progress on each thread, so that re-entry is a panic with names, never a hang.
//!
//! Most of them end in stack order, but not all: a body may be suspended (on the stack of a coroutine) and resume before or
//! after later computations of its thread have ended. It may also be dropped, or resume, on another thread.
//!
//! # Invariants
//!
//! 1. A frame is in the list of its home, the thread that made it, from the start of its computation to the end. Only the
//!    home changes that list. So the frames that [`chain`] finds are alive, on this thread and on a parked one.
//! 2. A frame lies in memory of its home, not on the stack of its call, which may be freed with a coroutine. As long as
//!    the home runs, only the home frees or reuses the frame.
//! 3. A computation removes its own frame, wherever that is in the list. On another thread it only marks the frame as
//!    ended, and the home removes it once it is the innermost.
//! 4. A thread that ends leaves the frames still in its list to their computations. Thread and computation may end in
//!    either order; the second one frees the frame.

use std::cell::Cell;
use std::iter;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::compute::before_body::{Notes, Timed};
use crate::compute::boards::{Board, Shown};
use crate::memo::core::Core;
use crate::memo::cycle::CycleCall;
use crate::memo::traced::Span;
use crate::sys::per_thread::per_thread;
use crate::sys::sync::plain::{AtomicU32, Ordering};
use crate::sys::thread::{self, Step};
use crate::value::slot::Slot;

/// What a computation computes.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    /// The address of the slot it computes.
    pub(crate) slot: usize,
    /// The name of its flight, if that is one that tasks wait for; else 0. Unlike the address, it is never that of a later one.
    pub(crate) flight: u32,
    /// The address of the cell and the hash of the key: two flights of one key have both in common. 0 where no flight
    /// can be cleared: there the slot tells.
    pub(crate) cell: usize,
    pub(crate) hash: u64,
    /// Whether it races: computes beside others, which do not wait for it.
    pub(crate) races: bool,
    /// Holds the entry of the slot, so that its key can be written later. `None` if there is no key.
    ///
    /// Safe to call with `slot` while the computation has its frame.
    pub(crate) hold_key: Option<unsafe fn(usize) -> HeldKey>,
}

/// The key of an entry that is held: writes it. May run user code, so it is called with no lock held.
pub(crate) type HeldKey = Box<dyn FnOnce() -> Option<String>>;

impl Task {
    fn is_for_key_of(&self, other: &Self) -> bool {
        (self.cell, self.hash) == (other.cell, other.hash) && (self.cell != 0 || self.slot == other.slot)
    }
}

/// One computation.
pub(crate) struct Frame {
    pub(super) core: &'static Core,
    pub(super) task: Task,
    /// An address on the stack it runs on.
    pub(super) stack: usize,
    /// The number of its home thread.
    home: u32,
    /// How many racing computations were around it when it began, itself included.
    pub(super) races: u32,
    /// Its position in the list of its home, which grows inwards.
    depth: u32,
    /// The least depth of a computation that a value of `cycle = ..` below this one stands for: [`NOT_IN_RING`] if there is none.
    head: Cell<u32>,
    outer: Cell<*mut Frame>,
    inner: Cell<*mut Frame>,
    end: AtomicU32,
    /// Where it is shown to other threads, if it is.
    shown: Cell<Option<(&'static Board, Shown)>>,
    /// If its body is timed.
    timed: Cell<Option<Timed>>,
    /// The notes of its call.
    notes: Cell<Option<Notes>>,
}

per_thread! {
    struct Frames {
        /// The innermost computation of this thread.
        innermost: Cell<*mut Frame> = Cell::new(std::ptr::null_mut()),
        /// Frames for the next ones.
        spare: Cell<*mut Frame> = Cell::new(std::ptr::null_mut()),
        spare_len: Cell<u32> = Cell::new(0),
        /// Where its computations are shown.
        board: Cell<Option<&'static Board>> = Cell::new(None),
        /// A bit for each place of that which shows nothing.
        free: Cell<u64> = Cell::new(u64::MAX),
    }
}

/// No value of `cycle = ..` is below a computation.
const NOT_IN_RING: u32 = u32::MAX;

/// Neither its computation nor its home has ended.
const NONE: u32 = 0;
/// The computation has ended, on another thread.
const COMPUTATION: u32 = 1;
/// The home thread has ended.
const HOME: u32 = 2;

impl Frame {
    pub(super) fn is_for(&self, core: &'static Core, task: &Task) -> bool {
        std::ptr::eq(self.core, core) && self.task.is_for_key_of(task)
    }

    fn has_ended(&self) -> bool {
        // With all that the thread has done before which ended it: its place on the board, and the frame, are used again.
        self.end.load(Ordering::Acquire) != NONE
    }
}

/// A computation in progress. Its drop takes the frame out again, also when the body panics.
///
/// The code before the body and the code after it are never inlined: if the body resumes on another thread, no register
/// still holds anything about the first one.
pub(crate) struct Running {
    frame: NonNull<Frame>,
    span: Span,
}

impl Running {
    /// Begins a computation on this thread. `stack` is an address on the stack that it runs on, not below it.
    #[inline(never)]
    pub(crate) fn begin(core: &'static Core, task: Task, stack: usize) -> Self {
        Self::begin_here(core, task, stack)
    }

    /// The same for a caller that is never inlined itself.
    #[inline(always)]
    pub(super) fn begin_here(core: &'static Core, task: Task, stack: usize) -> Self {
        let here = Frames::here();
        let mut outer = here.innermost.get();
        // SAFETY: invariant 2.
        if unsafe { outer.as_ref() }.is_some_and(Frame::has_ended) {
            outer = put_away_ended(&here);
        }
        // SAFETY: as above.
        let around = unsafe { outer.as_ref() };
        let at = room(&here);
        // SAFETY: room for a frame that is not shared yet; a spare one has nothing to drop.
        unsafe {
            at.write(Frame {
                core,
                task,
                stack,
                home: thread::number(),
                races: around.map_or(0, |outer| outer.races).wrapping_add(u32::from(task.races)),
                depth: around.map_or(0, |outer| outer.depth) + 1,
                head: Cell::new(NOT_IN_RING),
                outer: Cell::new(outer),
                inner: Cell::new(std::ptr::null_mut()),
                end: AtomicU32::new(NONE),
                shown: Cell::new(None),
                timed: Cell::new(None),
                notes: Cell::new(None),
            })
        };
        if let Some(outer) = around {
            outer.inner.set(at.as_ptr());
        }
        here.innermost.set(at.as_ptr());
        // SAFETY: just written. From there, since nothing of it is in registers any more.
        show(&here, unsafe { at.as_ref() });
        Self { frame: at, span: Span::none() }
    }

    /// Whether the result depends on a value of `cycle = ..` that stands for a computation around this one, so that it is not stored.
    #[inline]
    pub(crate) fn is_inside_ring(&self) -> bool {
        // SAFETY: the frame lives until this drops.
        let frame = unsafe { self.frame.as_ref() };
        frame.head.get() < frame.depth
    }

    /// The notes of its call.
    pub(crate) fn notes(&self) -> Option<Notes> {
        self.frame().notes.get()
    }

    #[inline(always)]
    pub(super) fn set_notes(&self, notes: &Notes) {
        self.frame().notes.set(Some(*notes));
    }

    #[inline(always)]
    pub(super) fn set_timed(&self, timed: Timed) {
        self.frame().timed.set(Some(timed));
    }

    #[inline(always)]
    fn frame(&self) -> &Frame {
        // SAFETY: the frame lives until this drops.
        unsafe { self.frame.as_ref() }
    }

    /// Tells `tracing` of it, as long as it goes on.
    #[inline(always)]
    pub(super) fn trace(&mut self, core: &'static Core) {
        self.span = Span::of_compute(core);
        self.span.enter();
    }

    /// Takes the frame out, for a caller that is never inlined itself. Returns whether and how it was timed, and the notes.
    #[inline(always)]
    pub(super) fn end(self) -> (Option<Timed>, Option<Notes>) {
        let mut this = ManuallyDrop::new(self);
        let ended = (this.frame().timed.get(), this.frame().notes.get());
        let span = std::mem::replace(&mut this.span, Span::none());
        this.take_out();
        span.exit();
        ended
    }

    #[inline(always)]
    fn take_out(&self) {
        // It is freed by this call, or later.
        let frame = self.frame();
        let here = Frames::here();
        if frame.home == thread::number() && !frame.has_ended() {
            unlink(&here, frame);
            if let Some((board, shown)) = frame.shown.get() {
                board.hide(shown);
                give_place_back(&here, shown);
            }
            put_away(&here, self.frame);
        } else {
            end_away_from_home(self.frame);
        }
    }
}

impl Drop for Running {
    #[inline(never)]
    fn drop(&mut self) {
        self.take_out();
        self.span.exit();
    }
}

/// Puts away the innermost frames that have ended elsewhere. Returns what is then the innermost.
#[cold]
#[inline(never)]
fn put_away_ended(here: &Frames) -> *mut Frame {
    let mut outer = here.innermost.get();
    // SAFETY: invariant 2.
    while let Some(innermost) = unsafe { outer.as_ref() }.filter(|frame| frame.has_ended()) {
        outer = innermost.outer.get();
        here.innermost.set(outer);
        if let Some((_, shown)) = innermost.shown.get() {
            give_place_back(here, shown);
        }
        put_away(here, NonNull::from(innermost));
    }
    outer
}

/// Shows a computation of this thread to others, if there is room for it.
#[inline]
fn show(here: &Frames, frame: &Frame) {
    let free = here.free.get();
    let Some(board) = here.board.get().or_else(|| take_board(here)) else { return };
    if free != 0 {
        here.free.set(free & (free - 1));
        let &Frame { core, task: Task { slot, flight, .. }, .. } = frame;
        let shown = board.show(free.trailing_zeros() as u8, core, slot, flight);
        frame.shown.set(Some((board, shown)));
    }
}

/// None on a thread that would not give it back.
#[cold]
#[inline(never)]
fn take_board(here: &Frames) -> Option<&'static Board> {
    if thread::is_late() || !thread::at_end(Step::FreeFrames, close) {
        return None;
    }
    here.board.set(Some(Board::take()));
    here.board.get()
}

fn give_place_back(here: &Frames, shown: Shown) {
    here.free.set(here.free.get() | 1 << shown.at());
}

/// Takes a frame of this thread out of its list.
fn unlink(here: &Frames, frame: &Frame) {
    let (outer, inner) = (frame.outer.get(), frame.inner.get());
    // SAFETY: invariant 1.
    match unsafe { inner.as_ref() } {
        Some(inner) => inner.outer.set(outer),
        None => here.innermost.set(outer),
    }
    // SAFETY: as above.
    if let Some(outer) = unsafe { outer.as_ref() } {
        outer.inner.set(inner);
    }
}

/// Ends a computation on a thread other than its home, or after its home has ended.
#[cold]
#[inline(never)]
fn end_away_from_home(frame: NonNull<Frame>) {
    // SAFETY: the frame lives until its computation has ended, which is here.
    if let Some((board, shown)) = unsafe { frame.as_ref() }.shown.get() {
        board.hide_if_there(shown);
    }
    // SAFETY: its home frees it only after this step, and only if this one comes first.
    if unsafe { frame.as_ref() }.end.swap(COMPUTATION, Ordering::AcqRel) == HOME {
        // SAFETY: made by `new_room`, and invariant 4.
        drop(unsafe { Box::from_raw(frame.as_ptr()) });
    }
}

/// How many spare frames are kept for later computations; a deeper recursion allocates.
const SPARE: u32 = 64;

/// Room for a frame; the caller writes it.
fn room(here: &Frames) -> NonNull<Frame> {
    match NonNull::new(here.spare.get()) {
        Some(spare) => {
            // SAFETY: it is in no list but this one.
            here.spare.set(unsafe { spare.as_ref() }.outer.get());
            here.spare_len.set(here.spare_len.get() - 1);
            spare
        }
        None => new_room(),
    }
}

#[cold]
#[inline(never)]
fn new_room() -> NonNull<Frame> {
    // Spare frames have to be freed.
    thread::at_end(Step::FreeFrames, close);
    NonNull::from(Box::leak(Box::<Frame>::new_uninit())).cast()
}

/// Keeps a frame that is in no list as a spare, or frees it.
fn put_away(here: &Frames, frame: NonNull<Frame>) {
    if here.spare_len.get() < SPARE && !thread::is_late() {
        // SAFETY: it is in no list.
        unsafe { frame.as_ref() }.outer.set(here.spare.get());
        here.spare.set(frame.as_ptr());
        here.spare_len.set(here.spare_len.get() + 1);
    } else {
        free(frame);
    }
}

#[cold]
#[inline(never)]
fn free(frame: NonNull<Frame>) {
    // SAFETY: made by `new_room`, and in no list.
    drop(unsafe { Box::from_raw(frame.as_ptr()) });
}

/// Frees the spare frames, and leaves those in use to their computations. Runs at the end of the thread, when it is late.
pub(crate) fn close() {
    let here = Frames::here();
    here.spare_len.set(0);
    let board = here.board.take();
    let taken = |list: &Cell<*mut Frame>| list.replace(std::ptr::null_mut());
    let (spare, left) = (taken(&here.spare), taken(&here.innermost));
    for frame in taken_apart(spare) {
        // SAFETY: made by `new_room`, and now in no list.
        drop(unsafe { Box::from_raw(frame.as_ptr()) });
    }
    for frame in taken_apart(left) {
        // SAFETY: it is freed below, or later.
        if let Some((board, shown)) = unsafe { frame.as_ref() }.shown.get() {
            board.hide_if_there(shown);
        }
        // SAFETY: its computation frees it only after this step, and only if this one comes first.
        if unsafe { frame.as_ref() }.end.swap(HOME, Ordering::AcqRel) == COMPUTATION {
            // SAFETY: made by `new_room`, and invariant 4.
            drop(unsafe { Box::from_raw(frame.as_ptr()) });
        }
    }
    if let Some(board) = board {
        here.free.set(u64::MAX);
        board.give_back();
    }
}

/// The frames of a list that only this thread has; each may be freed once it is yielded.
fn taken_apart(mut list: *mut Frame) -> impl Iterator<Item = NonNull<Frame>> {
    iter::from_fn(move || {
        let frame = NonNull::new(list)?;
        // SAFETY: it lives until it is yielded.
        list = unsafe { frame.as_ref() }.outer.get();
        Some(frame)
    })
}

/// The computations of a list that have not ended, from the innermost outwards.
///
/// # Safety
/// The list is this thread's, or that of a parked thread, as long as the iterator is in use.
unsafe fn outwards<'a>(innermost: *const Frame) -> impl Iterator<Item = &'a Frame> {
    let mut at = innermost;
    let all = iter::from_fn(move || {
        // SAFETY: promised by the caller.
        let frame = unsafe { at.as_ref() }?;
        at = frame.outer.get();
        Some(frame)
    });
    all.filter(|frame| !frame.has_ended())
}

/// The computations of this thread that have not ended.
pub(super) fn of_this_thread<'a>() -> impl Iterator<Item = &'a Frame> {
    // SAFETY: callers do nothing else while they iterate.
    unsafe { outwards(innermost()) }
}

/// The innermost computation of this thread.
pub(crate) fn innermost() -> *const Frame {
    Frames::here().innermost.get()
}

/// The memo of the innermost computation of this thread.
pub(super) fn memo_around() -> Option<&'static Core> {
    of_this_thread().next().map(|frame| frame.core)
}

/// The address by which a frame identifies its slot.
#[inline]
pub(crate) fn slot_address<V>(slot: &Slot<V>) -> usize {
    std::ptr::from_ref(slot).expose_provenance()
}

/// A computation of a ring.
pub(crate) struct Link {
    core: &'static Core,
    key: Option<HeldKey>,
}

impl Link {
    /// What there is to say of it. Runs user code.
    pub(super) fn told(self) -> CycleCall {
        CycleCall::new(self.core, self.key.and_then(|key| key()))
    }
}

/// The computations from the one of `slot` to the `innermost`. Keys that are of one thread alone are held only if that is `here`.
///
/// # Safety
/// As [`outwards`].
pub(crate) unsafe fn chain(innermost: *const Frame, slot: usize, here: bool) -> Vec<Link> {
    // SAFETY: promised by the caller.
    links_from(slot, unsafe { outwards(innermost) }, here)
}

pub(super) fn links_from<'a>(slot: usize, frames: impl Iterator<Item = &'a Frame>, here: bool) -> Vec<Link> {
    let mut chain = Vec::new();
    for frame in frames {
        let hold_key = frame.task.hold_key.filter(|_| here || !frame.core.is_local());
        // SAFETY: the frame is in its list.
        let key = hold_key.map(|hold| unsafe { hold(frame.task.slot) });
        chain.push(Link { core: frame.core, key });
        if frame.task.slot == slot {
            break;
        }
    }
    chain.reverse();
    chain
}

impl Frame {
    /// Whether the result must be stored, since it is lent.
    pub(super) fn lends(&self) -> bool {
        self.core.site().lends
    }
}

/// Records that a value of `cycle = ..` was used inside these computations, from the innermost outwards. It stands for the last of them, or
/// for one of another thread.
pub(super) fn note_ring(inside: &[&Frame], elsewhere: bool) {
    let head = if elsewhere { 0 } else { inside.last().map_or(0, |head| head.depth) };
    for frame in inside {
        frame.head.set(frame.head.get().min(head));
    }
}
