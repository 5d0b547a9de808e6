//! Per-thread state of the modules, on platforms where `std` keeps thread-locals behind keys: Android, OpenBSD, Solaris, Windows with GNU's tools.
//!
//! There *every* thread-local has a destructor, which frees its box, in an unknown order. A later access gets a new box with the first
//! value. So one thread-local holds the parts of all modules, each in a box of its own, and its destructor is the thread's end: nothing
//! of this library is freed before it. Calls that come later begin as a new thread would, with an end of their own.
//!
//! # Invariants
//!
//! 1. A part stays in place from its first use until [`All`] has run the thread's end, which finds it unchanged.
//! 2. Only its thread reaches it.
//! 3. Everything requested with one [`Place`] has one type.
//!
//! `memo_keyed_tls` stands for such a platform, on one where a thread-local is not made again: there a second one comes next.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::sys::sync::unpoisoned;

/// Whether `std` does so here. Unless it is known not to, this is `true`: correct in either case, and only slower.
pub(crate) const KEYED: bool = !cfg!(any(
    all(target_os = "linux", not(memo_keyed_tls)),
    target_vendor = "apple",
    all(windows, any(target_env = "msvc", target_abi = "llvm")),
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "dragonfly",
    target_os = "fuchsia",
    target_os = "redox",
    target_family = "wasm",
));

/// At least as many as there are modules that keep something.
const MOST: usize = 24;

/// Where the parts of one module lie among those of the others.
pub(crate) struct Place(AtomicUsize);

/// None has been assigned yet.
const NONE: usize = usize::MAX;

impl Place {
    pub(crate) const fn new() -> Self {
        Self(AtomicUsize::new(NONE))
    }

    fn number(&self) -> usize {
        match self.0.load(Ordering::Relaxed) {
            NONE => self.take(),
            number => number,
        }
    }

    #[cold]
    fn take(&self) -> usize {
        static NEXT: Mutex<usize> = Mutex::new(0);
        let mut next = unpoisoned(NEXT.lock());
        // Another thread may have been first.
        if self.0.load(Ordering::Relaxed) == NONE {
            self.0.store(*next, Ordering::Relaxed);
            *next += 1;
        }
        self.0.load(Ordering::Relaxed)
    }
}

/// A part, and how it is freed.
type Part = (NonNull<()>, unsafe fn(NonNull<()>));

/// The parts of one thread.
struct All([Cell<Option<Part>>; MOST]);

thread_local! {
    static ALL: All = const { All::new() };
    /// Comes next if `std` does not make the first one again.
    static NEXT: All = const { All::new() };
    /// The parts of a thread that is ending, or that still calls when nothing comes next.
    static LAST: Cell<*const All> = const { Cell::new(std::ptr::null()) };
}

thread_local! {
    /// Whether [`LAST`] is for calls after all ends.
    static OVER: Cell<bool> = const { Cell::new(false) };
}

/// Runs at the end of each thread, while the parts are there.
static END: OnceLock<fn()> = OnceLock::new();

impl All {
    const fn new() -> Self {
        Self([const { Cell::new(None) }; MOST])
    }

    fn free(&self) {
        for part in &self.0 {
            if let Some((at, free)) = part.take() {
                // SAFETY: made by `part`, as what is freed so, and out of reach from here on.
                unsafe { free(at) };
            }
        }
    }
}

impl Drop for All {
    fn drop(&mut self) {
        LAST.set(self);
        if let Some(end) = END.get() {
            end();
        }
        LAST.set(std::ptr::null());
        self.free();
    }
}

/// The parts for what is taken now, with an end still to come. `None` while an end is under way, or when all are over.
fn open() -> Option<NonNull<All>> {
    if !LAST.get().is_null() {
        return None;
    }
    ALL.try_with(|all| NonNull::from(all)).or_else(|_| NEXT.try_with(|all| NonNull::from(all))).ok()
}

fn all() -> NonNull<All> {
    open().unwrap_or_else(|| {
        if LAST.get().is_null() {
            OVER.set(true);
            LAST.set(Box::leak(Box::new(All::new())));
        }
        NonNull::new(LAST.get().cast_mut()).expect("just made")
    })
}

/// This thread's part, made with its first value if there is none.
pub(crate) fn part<T: 'static>(place: &Place, first: fn() -> T) -> NonNull<T> {
    // SAFETY: in a thread-local of this thread, or where its end has it: it is not left before this returns.
    let part = unsafe { &all().as_ref().0[place.number()] };
    if let Some((at, _)) = part.get() {
        return at.cast();
    }
    let at = NonNull::from(Box::leak(Box::new(first()))).cast();
    part.set(Some((at, free::<T>)));
    at.cast()
}

/// # Safety
/// It was made by [`part`] with this type, and is no longer used.
unsafe fn free<T>(at: NonNull<()>) {
    // SAFETY: the caller's.
    drop(unsafe { Box::from_raw(at.cast::<T>().as_ptr()) });
}

/// Makes `end` run when this thread ends, and at the end of every other. `false`: this thread is ending, or has ended.
pub(crate) fn at_end(end: fn()) -> bool {
    END.get_or_init(|| end);
    open().is_some()
}

/// Whether this thread's end is under way: what is taken now can still be freed in it.
pub(crate) fn is_ending() -> bool {
    open().is_none() && !OVER.get()
}
