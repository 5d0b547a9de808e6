//! Values: a [`slot`] holds one, or the flight that computes it; a [`store`] holds the entries of a cell by key, and evicts.

pub(crate) mod slot;
pub(crate) mod store;
