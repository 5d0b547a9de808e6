//! A hit of ours by reference. What varies: how many memos there are on the one object, from one to a thousand.
//!
//! An operation is one call; each memo is asked in turn.

mod groups;

use memo_benches::questions;

groups::bench!(questions::hits_in_a_crowd().map(|(count, runs)| (format!("hit, {count} memos"), runs)));
