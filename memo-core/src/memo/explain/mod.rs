//! Why calls missed, of memos that are asked to [explain](crate::Memo::explain) it.
//!
//! The [explanation] of a memo has what is [known] of results that went ([spot]), when its last cells were made, and the last misses ([missed]) with their reasons
//! ([miss]).
//!
//! # Invariants
//!
//! 1. A memo that is not asked pays one relaxed load for each miss and for each result that goes, and nothing for a hit.
//! 2. What is kept is bounded, and keeps nothing alive: no objects, keys or values.
//! 3. Its lock is a leaf: no user code runs, and no other lock is taken, under it. What goes is noted under the lock of its store, before any call can miss it.
//! 4. To explain a miss runs no user code, and holds no entry.

pub(crate) mod explanation;
mod known;
pub(crate) mod miss;
pub(crate) mod missed;
pub(crate) mod spot;
