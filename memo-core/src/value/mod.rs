//! Values: a [`slot`] has one, or somebody computes it; an [`entry`] is a slot with its key; a [`store`] has the entries of a cell: one
//! ([`single`]), or some by key, of which it evicts ([`table`]).

pub(crate) mod entry;
pub(crate) mod single;
pub(crate) mod slot;
pub(crate) mod store;
pub(crate) mod table;
