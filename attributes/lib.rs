//! Functions with `#[weak_memo]` and another crate's attribute: what their tests share.

use std::cell::Cell;
use std::sync::Arc;

/// What the other attribute does in three calls for one new text where it stands above the memo: it has changed the body.
pub const ON_MISSES: usize = 1;
/// The same where it stands below: it has changed what callers call.
pub const ON_CALLS: usize = 3;

thread_local!(static ACTS: Cell<usize> = const { Cell::new(0) });

/// For the code that the other attribute runs: counts it, on this thread.
pub fn act() {
    ACTS.set(ACTS.get() + 1);
}

/// How often the other attribute acts in three calls for one new text, which has three words, as every result says.
pub fn acts(call: impl Fn(&Arc<String>) -> usize) -> usize {
    ACTS.set(0);
    let text = Arc::new("one two three".to_owned());
    for _ in 0..3 {
        assert_eq!(call(&text), 3);
    }
    ACTS.take()
}
