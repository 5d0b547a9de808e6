//! An object's life on one thread: make, memoize once, forget where the user has to, drop. Nothing varies but the subject.
//!
//! One object is alive at a time. To be read as the time over that of `bare` (for the `Rc` subjects, `bare Rc`), which makes
//! and drops the same object and runs the body.

mod groups;

use memo_benches::questions;

groups::bench!([("life", questions::lives())]);
