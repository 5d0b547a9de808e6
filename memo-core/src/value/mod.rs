//! Values: a [`slot`] has one, or somebody computes it; a [`store`] has the entries of a cell by key, and evicts some.

pub(crate) mod slot;
pub(crate) mod store;
