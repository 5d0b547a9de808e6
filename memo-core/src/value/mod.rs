//! value

pub(crate) mod slot;
pub(crate) mod store;
