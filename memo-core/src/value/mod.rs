//! Values: a [`slot`] holds one, or a call is computing it; an [`entry`] is a slot with its key; a [`store`] holds the entries of a cell: one
//! ([`single`]), or several by key, which it evicts ([`table`]).

pub(crate) mod entry;
pub(crate) mod single;
pub(crate) mod slot;
pub(crate) mod store;
pub(crate) mod table;
