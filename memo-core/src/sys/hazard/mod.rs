//! sys/hazard

pub(crate) mod protect;
pub(crate) mod registry;
pub(crate) mod retire;
