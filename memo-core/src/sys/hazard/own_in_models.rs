//! Models have readers of their own; this thread's is never used.

use std::cell::Cell;

use super::registry::{Reader, Readers};
use crate::sys::depth;

pub(crate) fn light_reader() -> Option<&'static Reader> {
    None
}

pub(crate) fn reader() -> Option<&'static Reader> {
    None
}

pub(crate) fn is_outermost() -> bool {
    depth::is_zero()
}

pub(crate) fn is_alone() -> bool {
    false
}

thread_local! {
    /// The readers of the model that runs, if what waits for them is part of it. (All threads of a model run on one.)
    static OF_MODEL: Cell<*const Readers> = const { Cell::new(std::ptr::null()) };
}

/// From now on `readers` are those of the model.
#[cfg(test)]
pub(crate) fn set_readers(readers: &Readers) {
    OF_MODEL.set(readers);
}

pub(crate) fn others_have_left() -> bool {
    // SAFETY: null, or those of a model that is not over.
    unsafe { OF_MODEL.get().as_ref() }.is_some_and(|readers| readers.have_left(None))
}

pub(crate) fn wait_for_others() -> bool {
    false
}
