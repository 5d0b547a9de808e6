//! compute

pub(crate) mod flight;
pub(crate) mod job;
pub(crate) mod notes;
pub(crate) mod wait_graph;
