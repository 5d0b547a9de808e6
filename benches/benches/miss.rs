//! A miss on one thread. Nothing varies but the subject.
//!
//! An operation is the first call on a fresh object, of which 1,024 go into an emptied store; the body is a multiplication.
//! Making the objects, emptying the store and dropping are not timed.

mod groups;

use memo_benches::questions;

groups::bench!([("miss", questions::misses())]);
