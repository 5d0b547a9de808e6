//! A memo as data, and the vocabulary of the other rooms.
//!
//! The [`site`] of its function, the memo itself ([`core`]), one for each instantiation ([`family`]); its figures ([`count`],
//! [`counters`], [`leaked`]); the [`list`] of all memos and their [`names`]. The types of cells are unknown here, but not their
//! [`head`], the [`vtable`] by which a memo handles them, and the [`seats`] where it lists them.

pub(crate) mod core;
pub(crate) mod count;
pub(crate) mod counters;
pub(crate) mod family;
pub(crate) mod head;
pub(crate) mod leaked;
pub(crate) mod list;
pub(crate) mod names;
pub(crate) mod seats;
pub(crate) mod site;
pub(crate) mod vtable;
