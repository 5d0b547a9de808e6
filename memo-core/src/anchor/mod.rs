//! anchor

pub(crate) mod anchor;
pub(crate) mod anchored;
pub(crate) mod back_link;
pub(crate) mod cell;
pub(crate) mod drop_queue;
pub(crate) mod list;
pub(crate) mod liveness;
pub(crate) mod side_table;
