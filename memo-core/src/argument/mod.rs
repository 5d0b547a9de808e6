//! argument

pub(crate) mod key;
pub(crate) mod owner;
pub(crate) mod scope;
