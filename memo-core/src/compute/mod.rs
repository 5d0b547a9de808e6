//! A miss: one call computes, others wait and are notified.
//!
//! A call that is not a hit searches for its result step by step, and decides whether to wait for another call or to compute
//! ([`wait_or_compute`]: whom to wait for, not how; [`search`]). A call that computes is a [`job`]: it fills one entry and publishes it. [`one_slot`]
//! does both for a cell with one slot. Each computation has a frame on its thread ([`frames`]), with the notes taken [`before_body`], and is shown to other threads on [`boards`]. Each
//! waiting thread has an edge in the [`wait_graph`]. Frames ([`rings`]) and edges show which call would wait for itself.
//!
//! All this is written once for both ways to carry out a call ([`way`]): on a thread, or as a future. What is different in the latter
//! is in [`as_task`].

pub(crate) mod as_task;
pub(crate) mod before_body;
pub(crate) mod boards;
pub(crate) mod explained;
pub(crate) mod frames;
pub(crate) mod job;
pub(crate) mod one_slot;
pub(crate) mod rings;
pub(crate) mod search;
pub(crate) mod wait_graph;
pub(crate) mod wait_or_compute;
pub(crate) mod way;
