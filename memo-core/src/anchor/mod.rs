//! The place on an object where its results live.
//!
//! An [`anchor`] lies inside the object ([`anchored`]) or in the [`side_table`], found by the address of an `Arc` or `Rc` whose
//! [`liveness`] is watched there. It is a [`cell_list`] of [`any_cell`]s, one for each memo. When the object dies, its cells are dropped one
//! after the other ([`drop_queue`]). So are the entries on other anchors in which it takes part ([`back_link`]). It knows those by its peer,
//! one of the things that an anchor may have one of ([`attached`]).

#[allow(clippy::module_inception, reason = "the thing the module is about")]
pub(crate) mod anchor;
pub(crate) mod anchored;
pub(crate) mod any_cell;
pub(crate) mod attached;
pub(crate) mod back_link;
pub(crate) mod cell_list;
pub(crate) mod drop_queue;
pub(crate) mod liveness;
pub(crate) mod side_table;
