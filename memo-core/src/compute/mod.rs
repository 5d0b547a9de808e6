//! A miss: who computes, who waits, who is told.
//!
//! A call that was no hit looks for its result step by step, and decides whether to wait for another or to compute ([`wait_or_compute`]: whom
//! to wait for, not how). If it computes, it is a [`job`], which fills one entry and publishes it. [`one_slot`] is both for a cell with one
//! slot. Each computation has a frame on its thread ([`frames`]) with what was noted [`before_body`]; who waits for whom is in the
//! [`wait_graph`]. From both it is known who would wait for itself ([`rings`]).

pub(crate) mod before_body;
pub(crate) mod frames;
pub(crate) mod job;
pub(crate) mod one_slot;
pub(crate) mod rings;
pub(crate) mod wait_graph;
pub(crate) mod wait_or_compute;
