//! A miss: who computes, who waits, who is told.
//!
//! A call looks for its result by a [`search`], which says whom to wait for, and not how; or becomes a [`job`], which computes one entry and
//! publishes it. [`bare`] is both for a cell with one slot. A computation has a frame on its thread ([`flight`]), with what was noted
//! before the body ran ([`notes`]); who waits for it is in the [`wait_graph`]. From both it is known who would wait for himself.

pub(crate) mod bare;
pub(crate) mod flight;
pub(crate) mod job;
pub(crate) mod notes;
pub(crate) mod search;
pub(crate) mod wait_graph;
