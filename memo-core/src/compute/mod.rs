//! A miss: one call computes, others wait and are notified.
//!
//! A call that is not a hit searches for its result step by step, and decides whether to wait for another call or to compute
//! ([`wait_or_compute`]: whom to wait for, not how). A call that computes is a [`job`]: it fills one entry and publishes it. [`one_slot`]
//! does both for a cell with one slot. Each computation has a frame on its thread ([`frames`]), with the notes taken [`before_body`]. Each
//! waiting thread has an edge in the [`wait_graph`]. Frames ([`rings`]) and edges show which call would wait for itself.

pub(crate) mod before_body;
pub(crate) mod frames;
pub(crate) mod job;
pub(crate) mod one_slot;
pub(crate) mod rings;
pub(crate) mod wait_graph;
pub(crate) mod wait_or_compute;
