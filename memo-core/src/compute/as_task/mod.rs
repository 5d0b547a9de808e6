//! What is different where a call is a future.
//!
//! Its [`search`] sleeps among the [`waiting`] tasks, with an edge of its own among those of [`rings`]. Its [`body`] is polled.

pub(crate) mod body;
mod rings;
pub(crate) mod search;
pub(crate) mod waiting;
