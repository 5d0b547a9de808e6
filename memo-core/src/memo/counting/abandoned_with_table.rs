//! How many results of each memo were counted as abandoned when this thread gave up its table, and have not been dropped since.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::memo::core::Core;
use crate::sys::per_thread::per_thread;

per_thread! {
    struct Abandoned {
        of: Cell<*mut Vec<(&'static Core, u64)>> = Cell::new(std::ptr::null_mut()),
    }
}

/// Records how many results of a memo are counted as abandoned now. Returns the increase.
pub(crate) fn note(core: &'static Core, now: u64) -> u64 {
    let here = Abandoned::here();
    if here.of.get().is_null() {
        here.of.set(Box::into_raw(Box::default()));
    }
    // SAFETY: made above, never freed, used by this thread alone, and nothing below re-enters.
    let abandoned = unsafe { &mut *here.of.get() };
    let at = abandoned.iter().position(|(other, _)| std::ptr::eq(*other, core));
    let at = at.unwrap_or_else(|| {
        abandoned.push((core, 0));
        abandoned.len() - 1
    });
    let before = std::mem::replace(&mut abandoned[at].1, now);
    now.saturating_sub(before)
}

/// How many of `n` results that are dropped late had been counted as abandoned. They are not counted again.
pub(super) fn take_back(core: &'static Core, n: u64) -> u64 {
    let Some(noted) = NonNull::new(Abandoned::here().of.get()) else { return 0 };
    // SAFETY: as in `note`.
    let abandoned = unsafe { &mut *noted.as_ptr() };
    let Some((_, left)) = abandoned.iter_mut().find(|(other, _)| std::ptr::eq(*other, core)) else { return 0 };
    let taken = n.min(*left);
    *left -= taken;
    taken
}
