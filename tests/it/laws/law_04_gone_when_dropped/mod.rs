//! Law 4: gone when dropped.
//!
//! Where the exact moment counts for `Arc`s, the test runs in a process of its own: another test's call may be in the
//! middle of the very sweep that this one waits for.

mod chains;
mod in_object;
mod side_table;
mod weak_value;
