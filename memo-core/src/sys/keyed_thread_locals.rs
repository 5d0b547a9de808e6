//! What rooms keep for each thread, where `std` keeps thread-locals behind keys: Android, OpenBSD, Solaris, Windows with GNU's tools.
//!
//! There *every* thread-local has a destructor, which frees its box, in an order that nobody knows; who asks later gets a new one, with its
//! first value. So one thread-local has the parts of all rooms, each in a box of its own, and its destructor is the thread's end: nothing
//! of ours goes before it. What calls later begins as a new thread does, and has an end of its own.
//!
//! # Invariants
//!
//! 1. A part stays where it is from its first use until [`All`] has run the thread's end, which finds it as it was.
//! 2. Only its thread reaches it.
//! 3. All that is asked for with one [`Place`] has one type.
//!
//! `memo_keyed_tls` stands for such a platform, on one where a thread-local is not made again: there a second one is what comes next.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::sys::sync::unpoisoned;

/// Whether `std` does so here. Where it is not known not to, this is right, too, and only slower.
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

/// At least as many as there are rooms that keep something.
const MOST: usize = 24;

/// Where the parts of one room lie among those of the others.
pub(crate) struct Place(AtomicUsize);

/// None has been given yet.
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
    /// Comes next where `std` does not make the first one again.
    static NEXT: All = const { All::new() };
    /// Those of a thread that is ending, or that still calls when nothing comes next.
    static LAST: Cell<*const All> = const { Cell::new(std::ptr::null()) };
}

thread_local! {
    /// Whether [`LAST`] is for calls after all ends.
    static OVER: Cell<bool> = const { Cell::new(false) };
}

/// What runs at the end of each thread, while the parts are there.
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

/// The parts to which what is taken now belongs, with an end to come; none while an end is under way, or when all is over.
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

/// This thread's part, with its first value where it has none.
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
/// It was made by [`part`] with this type, and nobody uses it any more.
unsafe fn free<T>(at: NonNull<()>) {
    // SAFETY: the caller's.
    drop(unsafe { Box::from_raw(at.cast::<T>().as_ptr()) });
}

/// Sees to it that `end` runs when this thread ends, as at the end of every other. `false`: it is ending, or has.
pub(crate) fn at_end(end: fn()) -> bool {
    END.get_or_init(|| end);
    open().is_some()
}

/// Whether this thread's end is under way: what is taken now can still be given back in it.
pub(crate) fn is_ending() -> bool {
    open().is_none() && !OVER.get()
}
