//! memo

pub(crate) mod core;
pub(crate) mod count;
pub(crate) mod counters;
pub(crate) mod family;
pub(crate) mod head;
pub(crate) mod leaked;
pub(crate) mod list;
pub(crate) mod names;
pub(crate) mod seats;
pub(crate) mod site;
pub(crate) mod vtable;
