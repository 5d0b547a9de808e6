//! Values: a [`slot`] holds one, or a call is computing it; an [`entry`] is a slot with its key ([`keyed`]); a [`store`] holds the entries of a cell: one
//! ([`single`]), or several by key ([`table`]), which it evicts in the order of a [`queue`]. Hits
//! [`look`] at a store without its lock. An entry may have a time at which it is over ([`timing`]).

pub(crate) mod entry;
pub(crate) mod keyed;
pub(crate) mod look;
pub(crate) mod queue;
pub(crate) mod single;
pub(crate) mod slot;
pub(crate) mod store;
pub(crate) mod table;
pub(crate) mod timing;
