//! A miss: who computes, who waits, who is told.
//!
//! A [`job`] computes one entry and publishes it. Its thread has a frame for it ([`flight`]), with what was noted before the body ran
//! ([`notes`]); who waits for it is in the [`wait_graph`]. From both it is known who would wait for himself.

pub(crate) mod flight;
pub(crate) mod job;
pub(crate) mod notes;
pub(crate) mod wait_graph;
