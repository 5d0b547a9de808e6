//! The place on an object where its results live.
//!
//! An [`anchor`] lies inside the object ([`anchored`]; one of a single thread: [`local_anchor`]), or in the [`side_table`], which maps the
//! address of an `Arc` or `Rc` to it and watches the [`liveness`] of that object. It is a [`cell_list`] of [`any_cell`]s, one per memo. When the object dies, its cells are
//! dropped one after the other ([`drop_queue`]), and so are the entries on other anchors in which it takes part. Those are found by its
//! peer ([`back_link`]), one of the things that can be [`attached`] to an anchor. Cells of this thread's own objects are listed for those
//! who look for them ([`own_cells`]).

#[allow(clippy::module_inception, reason = "the thing the module is about")]
pub(crate) mod anchor;
pub(crate) mod anchored;
pub(crate) mod any_cell;
pub(crate) mod attached;
pub(crate) mod back_link;
pub(crate) mod cell_list;
pub(crate) mod drop_queue;
pub(crate) mod liveness;
pub(crate) mod local_anchor;
pub(crate) mod own_cells;
pub(crate) mod side_table;
