//! A hit of ours on 1,024 objects. What varies: what is remembered (16 and 32 bytes of plain data, an `Arc<str>`).
//!
//! By reference the caller clones an `Arc<str>`, too.

mod groups;

use memo_benches::questions;

groups::bench!(questions::hits_for_values().map(|(value, runs)| (format!("hit, {value:?}"), runs)));
