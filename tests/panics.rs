//! What panics say.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use memo_core::Cycle;

/// What a panic said, if it was in words.
#[must_use]
pub fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    text.or_else(|| panic.downcast_ref().map(Cycle::to_string)).unwrap_or_else(|| "a panic without words".to_owned())
}

/// Runs what is to panic, and returns what it said.
#[track_caller]
pub fn panic_of<R>(act: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(act)) else { panic!("it should have panicked") };
    message(&*panic)
}
