//! Every memo used so far, in the order of first use.

use super::core::Core;
use super::explain::missed;
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::unpoisoned;

static MEMOS: Mutex<Vec<&'static Core>> = Mutex::new(Vec::new());

pub(crate) fn all() -> MutexGuard<'static, Vec<&'static Core>> {
    unpoisoned(MEMOS.lock())
}

/// Registers a memo on first use. Returns its index in the list and in every thread's counters.
pub(crate) fn register(core: &'static Core) -> u32 {
    if !core.is_listed() {
        let mut memos = all();
        let index = u32::try_from(memos.len()).expect("fewer than 2^32 memos");
        // The lock is held, so only one caller registers it.
        if core.take_index(index) {
            memos.push(core);
            missed::begin_as_told(core);
        }
    }
    core.index()
}
