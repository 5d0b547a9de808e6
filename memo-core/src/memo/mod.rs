//! A memo as data, and the vocabulary of the other rooms.
//!
//! The [`site`] of its function, the memo itself ([`core`]), one for each instantiation ([`family`]); its figures ([`counter_block`],
//! [`counters`], [`leaked_with_table`]); [`all_memos`] and their [`names`]. The types of cells are unknown here, but not their [`cell_head`],
//! the [`cell_vtable`] by which a memo handles them, and where it lists them ([`listed_cells`]). Whoever wants to know when results go is one
//! of its [`listeners`].

pub(crate) mod all_memos;
pub(crate) mod cell_head;
pub(crate) mod cell_vtable;
pub(crate) mod core;
pub(crate) mod counter_block;
pub(crate) mod counters;
pub(crate) mod family;
pub(crate) mod leaked_with_table;
pub(crate) mod listed_cells;
pub(crate) mod listeners;
pub(crate) mod names;
pub(crate) mod site;
