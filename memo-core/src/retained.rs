//! A leak is reported (law 16): results suspected of holding their own argument.
//!
//! A result that owns its owner can never be dropped. What can be seen is the owner's strong count: if it is higher
//! after the call than before, something kept a clone. The returned value, or a value of the caller's, may be it; so
//! the check waits for the outermost call of the thread to end, and the figure is a hint.

use crate::counters::{self, Count};
use crate::life::Life;
use crate::memo::Core;
use crate::thread;

pub(crate) struct Suspect {
    life: Life,
    before: usize,
    core: &'static Core,
}

/// Notes that the owner's count went up in a call that is not the outermost.
pub(crate) fn suspect(core: &'static Core, before: usize, life: Life) {
    thread::with(|thread| {
        if thread.suspects.get().is_null() {
            thread.suspects.set(Box::into_raw(Box::default()));
        }
        // SAFETY: this thread's alone, and pushing runs no user code.
        unsafe { &mut *thread.suspects.get() }.push(Suspect { life, before, core });
    });
}

/// Ends the outermost call: whose count is still up?
pub(crate) fn check() {
    let suspects = thread::with(|thread| thread.suspects.replace(std::ptr::null_mut()));
    if suspects.is_null() {
        return;
    }
    // SAFETY: made by `Box::into_raw` above, and taken out.
    let suspects = unsafe { Box::from_raw(suspects) };
    for suspect in *suspects {
        if suspect.life.strong() > suspect.before {
            counters::count(suspect.core, Count::Retained, 1);
        }
    }
}
