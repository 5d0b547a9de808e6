//! Panics of user code (mostly destructors) that must not interrupt the work at hand.

use std::any::Any;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicU64, Ordering};

/// Panics that were caught and swallowed; shown by `report()`.
static SWALLOWED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn swallowed() -> u64 {
    SWALLOWED.load(Ordering::Relaxed)
}

/// Runs many pieces of user code, all of them, whichever panic.
#[derive(Default)]
pub(crate) struct Panics {
    first: Option<Box<dyn Any + Send>>,
}

impl Panics {
    pub(crate) fn run<R>(&mut self, act: impl FnOnce() -> R) -> Option<R> {
        let (mut act, mut done) = (Some(act), None);
        self.catch(&mut || {
            if let Some(act) = act.take() {
                done = Some(act());
            }
        });
        done
    }

    /// Drops a value, which may run user code.
    pub(crate) fn drop<T>(&mut self, value: T) {
        let mut value = Some(value);
        self.catch(&mut || value = None);
    }

    /// The part that is compiled only once.
    fn catch(&mut self, act: &mut dyn FnMut()) {
        match catch_unwind(AssertUnwindSafe(act)) {
            Ok(()) => {}
            Err(payload) if self.first.is_none() => self.first = Some(payload),
            Err(payload) => swallow(payload),
        }
    }

    /// Resumes the first panic. Swallows it if the thread is already unwinding, since it would abort.
    pub(crate) fn resume(self) {
        let Some(payload) = self.first else { return };
        if panicking() {
            swallow(payload);
        } else {
            resume_unwind(payload);
        }
    }

    pub(crate) fn swallow(self) {
        if let Some(payload) = self.first {
            swallow(payload);
        }
    }
}

/// Runs code that must not panic now: a panic is swallowed and counted.
pub(crate) fn quietly(act: impl FnOnce()) {
    let mut panics = Panics::default();
    panics.run(act);
    panics.swallow();
}

/// A value on its way to the caller or into a store, while other user code runs. If that code panics, this is dropped
/// quietly, since two panics at once would end the process.
#[derive(Debug)]
pub struct OnItsWay<T>(ManuallyDrop<T>);

impl<T> OnItsWay<T> {
    // Without optimisation, inlining leaves the moves in the caller's frame: too much for a large value.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn arrive(self) -> T {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }

    /// Arrives once `unneeded` is dropped. If that panics, this is dropped, too; a result that is written already would leak, when what is
    /// dropped at the end of a function panics (rust-lang/rust#47949).
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn past<U>(self, unneeded: U) -> T {
        drop(unneeded);
        self.arrive()
    }
}

impl<T> Deref for OnItsWay<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for OnItsWay<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Drop for OnItsWay<T> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if const { std::mem::needs_drop::<T>() } {
            // SAFETY: it is not used again.
            drop_quietly(unsafe { ManuallyDrop::take(&mut self.0) });
        }
    }
}

/// A call of its own: it is rarely needed, and would bloat every hit. By value: a small one stays in registers until then.
#[inline(never)]
pub(crate) fn drop_quietly<T>(value: T) {
    let mut panics = Panics::default();
    panics.drop(value);
    panics.swallow();
}

/// Counts a swallowed panic.
fn swallow(payload: Box<dyn Any + Send>) {
    SWALLOWED.fetch_add(1, Ordering::Relaxed);
    // The payload is user data, and its drop may panic too. That panic is not worth a second round.
    if let Err(worse) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(worse);
    }
}

/// Drops every one of `values`. The first panic is resumed when all are dropped.
pub(crate) fn drop_all<T>(values: impl IntoIterator<Item = T>) {
    let mut panics = Panics::default();
    for value in values {
        panics.drop(value);
    }
    panics.resume();
}
