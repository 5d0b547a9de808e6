//! What one thread knows: its number, how deep in memo calls it is, its counters, its table, its graves.
//!
//! Everything lies in one `const` thread-local of plain `Cell`s. It has no destructor, so it can be read and written
//! until the very end of the thread, also from the destructors of other thread-locals (law 14). What must be given
//! back at the thread's end is given back by [`Guard`], which is armed by the first thing worth giving back.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::anchor::cell::CellHead;
use crate::anchor::side_table::local::Table;
use crate::compute::flight::Frame;
use crate::memo::core::Core;
use crate::memo::counters::Block;
use crate::reclaim::audit::Suspect;
#[cfg(not(memo_loom))]
use crate::sys::fence;
use crate::sys::hazard::registry::Reader;
#[cfg(not(memo_loom))]
use crate::sys::hazard::registry::{self, READERS};

pub(crate) struct Thread {
    number: Cell<u32>,
    /// Memo calls in progress that may run user code. Zero: whatever ends now is an outermost call.
    pub(crate) depth: Cell<u32>,
    /// The innermost computation of this thread, and frames for the next ones: see `flight`.
    pub(crate) frames: Cell<*mut Frame>,
    pub(crate) spare_frames: Cell<*mut Frame>,
    pub(crate) spare_frames_len: Cell<u32>,
    /// Counters of this thread, one block a memo.
    pub(crate) counters: Cell<*mut Block>,
    pub(crate) counters_len: Cell<u32>,
    /// The same in bytes.
    pub(crate) counters_end: Cell<usize>,
    /// Whether the guard has run: counts then go to the memo directly.
    pub(crate) late: Cell<bool>,
    /// Cells of objects that died while cells were being dropped, to be dropped next.
    pub(crate) graves: Cell<*mut CellHead>,
    pub(crate) burying: Cell<bool>,
    /// Nodes to be looked at for misses.
    pub(crate) debt: Cell<i32>,
    /// Whether this thread has found dead objects whose results wait for the end of an outermost call.
    pub(crate) owes_late: Cell<bool>,
    pub(crate) sweeping: Cell<bool>,
    /// The number of the next node that this thread adds to the side table.
    pub(crate) node_number: Cell<u32>,
    /// The anchors of this thread's `Rc`s.
    pub(crate) table: Cell<*mut Table>,
    pub(crate) suspects: Cell<*mut Vec<Suspect>>,
    /// What of each memo was counted as leaked when this thread's table was given up, and is still there. Stays with the table.
    leaked: Cell<*mut Vec<(&'static Core, u64)>>,
    /// Whether the second guard has run, too: then a table goes with each call.
    last: Cell<bool>,
    /// What this thread is looking at, and whether others can see it.
    #[cfg(not(memo_loom))]
    reader: Cell<&'static Reader>,
    sight: Cell<Sight>,
}

/// Whether this thread's reader is on the list, and which fence it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// Not yet.
    Unlisted,
    /// It is, and a light fence does.
    Light,
    /// It is, and needs a full fence.
    Full,
    /// No more: the thread is ending.
    Gone,
}

/// Stands for the reader of a thread that is not on the list. Nobody marks it.
#[cfg(not(memo_loom))]
static NOBODY: Reader = Reader::new();

#[cfg(not(memo_shuttle))]
thread_local! {
    static THREAD: Thread = const { Thread::fresh() };
    static GUARD: Guard = const { Guard };
    static LATE_GUARD: LateGuard = const { LateGuard };
}

#[cfg(memo_shuttle)]
thread_local! {
    static THREADS: crate::sys::sync::Own<Thread> = const { crate::sys::sync::Own::new() };
}
#[cfg(memo_shuttle)]
shuttle::thread_local! {
    static GUARD: Guard = const { Guard };
    static LATE_GUARD: LateGuard = const { LateGuard };
}

const _: () = assert!(!std::mem::needs_drop::<Thread>(), "a destructor would end the thread-local early");

/// This thread's state, while no code runs that may be suspended and go on on another thread.
///
/// A pointer, so that it stays on its thread.
pub(crate) struct Here(NonNull<Thread>);

impl Deref for Here {
    type Target = Thread;

    #[inline(always)]
    fn deref(&self) -> &Thread {
        // SAFETY: without a destructor it stands until the thread's end, and the pointer does not leave the thread.
        unsafe { self.0.as_ref() }
    }
}

/// This thread's state. Never fails, however late it is.
#[inline(always)]
pub(crate) fn here() -> Here {
    // In two steps: `LocalKey::with` is inlined only where what it runs is small.
    #[cfg(not(memo_shuttle))]
    let thread = THREAD.with(|thread| NonNull::from(thread));
    #[cfg(memo_shuttle)]
    let thread = THREADS.with(|threads| NonNull::from(threads.get(Thread::fresh)));
    Here(thread)
}

/// Runs `act` on this thread's state.
#[inline(always)]
pub(crate) fn with<R>(act: impl FnOnce(&Thread) -> R) -> R {
    act(&here())
}

impl Thread {
    const fn fresh() -> Self {
        Self {
            number: Cell::new(0),
            depth: Cell::new(0),
            frames: Cell::new(std::ptr::null_mut()),
            spare_frames: Cell::new(std::ptr::null_mut()),
            spare_frames_len: Cell::new(0),
            counters: Cell::new(std::ptr::null_mut()),
            counters_len: Cell::new(0),
            counters_end: Cell::new(0),
            late: Cell::new(false),
            graves: Cell::new(std::ptr::null_mut()),
            burying: Cell::new(false),
            debt: Cell::new(0),
            owes_late: Cell::new(false),
            sweeping: Cell::new(false),
            node_number: Cell::new(0),
            table: Cell::new(std::ptr::null_mut()),
            suspects: Cell::new(std::ptr::null_mut()),
            leaked: Cell::new(std::ptr::null_mut()),
            last: Cell::new(false),
            #[cfg(not(memo_loom))]
            reader: Cell::new(&NOBODY),
            sight: Cell::new(Sight::Unlisted),
        }
    }

    /// A number no other thread of this process has had, from 1.
    #[inline]
    pub(crate) fn number(&self) -> u32 {
        if self.number.get() == 0 {
            self.take_number();
        }
        self.number.get()
    }

    #[cold]
    #[inline(never)]
    fn take_number(&self) {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1);
        self.number.set(NEXT.fetch_add(1, Ordering::Relaxed));
    }

    /// Sees to it that this thread's counters and table are given back when it ends. `false`: it is ending already.
    pub(crate) fn arm(&self) -> bool {
        !self.late.get() && GUARD.try_with(|_| ()).is_ok()
    }

    fn is_at_depth_0(&self) -> bool {
        if self.depth.get() > 0 {
            self.depth.set(self.depth.get() - ended_elsewhere::take(self.number()));
        }
        self.depth.get() == 0
    }

    /// The same for a table that a later destructor makes.
    pub(crate) fn arm_again(&self) {
        if LATE_GUARD.try_with(|_| ()).is_err() {
            self.last.set(true);
        }
    }

    /// Whether nothing will give this thread's table back any more.
    pub(crate) fn is_last(&self) -> bool {
        self.last.get()
    }

    /// Notes what of a memo is counted as leaked now. How much more that is than before.
    pub(crate) fn note_leaked(&self, core: &'static Core, now: u64) -> u64 {
        if self.leaked.get().is_null() {
            self.leaked.set(Box::into_raw(Box::default()));
        }
        // SAFETY: made above, never freed, this thread's alone, and nothing below comes back here.
        let leaked = unsafe { &mut *self.leaked.get() };
        let at = leaked.iter().position(|(other, _)| std::ptr::eq(*other, core));
        let at = at.unwrap_or_else(|| {
            leaked.push((core, 0));
            leaked.len() - 1
        });
        let before = std::mem::replace(&mut leaked[at].1, now);
        now.saturating_sub(before)
    }

    /// Of `n` results that are dropped late: how many were counted as leaked before. They are not counted again.
    pub(crate) fn take_back_leaked(&self, core: &'static Core, n: u64) -> u64 {
        let Some(leaked) = NonNull::new(self.leaked.get()) else { return 0 };
        // SAFETY: as in `note_leaked`.
        let leaked = unsafe { &mut *leaked.as_ptr() };
        let Some((_, left)) = leaked.iter_mut().find(|(other, _)| std::ptr::eq(*other, core)) else { return 0 };
        let taken = n.min(*left);
        *left -= taken;
        taken
    }
}

#[cfg(not(memo_loom))]
impl Thread {
    /// This thread's reader, where it is on the list and a light fence does: nearly always.
    #[inline(always)]
    pub(crate) fn light_reader(&self) -> Option<&Reader> {
        (self.sight.get() == Sight::Light).then(|| self.reader.get())
    }

    /// This thread's reader, put on the list if it is not there yet.
    pub(crate) fn reader(&self) -> Option<&Reader> {
        if self.sight.get() == Sight::Unlisted && self.arm() {
            // Not in the thread-local itself: where a thread comes here for the first time after the destructors of its
            // thread-locals (in one of C's), its guard never runs, and the reader stays on the list.
            self.reader.set(registry::lend());
            // SAFETY: readers that are lent are never freed.
            unsafe { READERS.add(self.reader.get()) };
            self.sight.set(if fence::is_asymmetric() { Sight::Light } else { Sight::Full });
        }
        self.is_listed().then(|| self.reader.get())
    }

    fn is_listed(&self) -> bool {
        matches!(self.sight.get(), Sight::Light | Sight::Full)
    }

    /// This thread's marks. Others see them while it has counters: those come after, and go before.
    #[inline(always)]
    pub(crate) fn marks(&self) -> &Reader {
        self.reader.get()
    }

    /// This thread's reader if it is on the list.
    pub(crate) fn listed(&self) -> Option<&Reader> {
        self.is_listed().then(|| self.reader.get())
    }

    /// Whether no code of the user's runs below a memo call of this thread: neither a body nor a `Clone`.
    pub(crate) fn is_outermost(&self) -> bool {
        self.is_at_depth_0() && self.reader.get().cloning().is_free()
    }

    /// Whether no other thread is on the list.
    pub(crate) fn is_alone(&self) -> bool {
        READERS.lock().is_only(self.is_listed().then(|| self.reader.get()))
    }

    /// Whether what was unpublished before is looked at by nobody any more.
    pub(crate) fn others_have_left(&self) -> bool {
        READERS.have_left(self.is_listed().then(|| self.reader.get()))
    }

    fn unlist(&self) {
        if self.is_listed() {
            READERS.remove(self.reader.get());
            registry::give_back(self.reader.replace(&NOBODY));
        }
        self.sight.set(Sight::Gone);
    }
}

/// In models readers are their own; this thread's is never used.
#[cfg(memo_loom)]
impl Thread {
    pub(crate) fn light_reader(&self) -> Option<&Reader> {
        None
    }

    pub(crate) fn reader(&self) -> Option<&Reader> {
        None
    }

    pub(crate) fn is_outermost(&self) -> bool {
        self.is_at_depth_0()
    }

    pub(crate) fn is_alone(&self) -> bool {
        false
    }

    pub(crate) fn others_have_left(&self) -> bool {
        false
    }

    fn unlist(&self) {}
}

/// Runs among the thread's destructors.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        crate::reclaim::sweep::leave(crate::memo::counters::hits_not_swept_for());
        // Values dropped here may call memos and so count; hence the counters last.
        crate::anchor::side_table::local::close();
        crate::reclaim::audit::forget_suspects();
        with(|thread| thread.late.set(true));
        crate::memo::counters::close();
        // A hit holds only where it has counters.
        with(Thread::unlist);
        crate::compute::flight::close();
        #[cfg(memo_shuttle)]
        THREADS.with(crate::sys::sync::Own::forget);
    }
}

/// Runs after the destructors that have called memos when [`Guard`] had run.
struct LateGuard;

impl Drop for LateGuard {
    fn drop(&mut self) {
        crate::anchor::side_table::local::close();
        with(|thread| thread.last.set(true));
    }
}

/// A memo call that is not a plain hit: one step deeper, and when the outermost one ends, what it owes is paid.
pub(crate) struct Call {
    /// Taken back before that.
    deeper: ManuallyDrop<Deeper>,
}

impl Call {
    #[inline]
    pub(crate) fn enter() -> Self {
        Self { deeper: ManuallyDrop::new(Deeper::enter()) }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.deeper) };
        crate::reclaim::sweep::settle();
    }
}

/// One step deeper in memo calls while it lives: no amortised sweep starts below it.
///
/// A computation that is suspended is a step, too, until it goes on and ends: the other calls of its thread owe meanwhile, and
/// do not pay.
pub(crate) struct Deeper {
    /// The number of the thread that it counts for: a computation that was suspended may end on another one.
    home: u32,
}

impl Deeper {
    #[inline]
    pub(crate) fn enter() -> Self {
        with(|thread| {
            thread.depth.set(thread.depth.get() + 1);
            Self { home: thread.number() }
        })
    }
}

impl Drop for Deeper {
    #[inline]
    fn drop(&mut self) {
        with(|thread| {
            if thread.number() == self.home {
                thread.depth.set(thread.depth.get() - 1);
            } else {
                ended_elsewhere::note(self.home);
            }
        });
    }
}

/// Steps that ended on another thread than they began on, until their home takes note.
mod ended_elsewhere {
    use std::collections::HashMap;
    use std::hash::{BuildHasherDefault, DefaultHasher};

    use crate::sys::sync::plain::{AtomicBool, Mutex, Ordering};
    use crate::sys::sync::unpoisoned;

    /// How many, by the number of the home. A thread that ended before leaves its few bytes here.
    static STEPS: Mutex<HashMap<u32, u32, BuildHasherDefault<DefaultHasher>>> =
        Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()));

    /// Whether there ever were any.
    static ANY: AtomicBool = AtomicBool::new(false);

    #[cold]
    pub(super) fn note(home: u32) {
        *unpoisoned(STEPS.lock()).entry(home).or_default() += 1;
        ANY.store(true, Ordering::Relaxed);
    }

    /// Those of `home`, once.
    pub(super) fn take(home: u32) -> u32 {
        if ANY.load(Ordering::Relaxed) { unpoisoned(STEPS.lock()).remove(&home).unwrap_or(0) } else { 0 }
    }
}
