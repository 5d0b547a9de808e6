//! A memo as data, and the vocabulary of the other rooms.
//!
//! The [`site`] of its function, the memo itself ([`core`]), one for each instantiation ([`family`]); its figures ([`counter_block`],
//! [`counters`], [`leaked_with_table`]); [`all_memos`] and their [`names`]. Of its [`cells`] the types are
//! unknown here. Whoever wants to know when results go is one of its [`listeners`].

pub(crate) mod all_memos;
pub(crate) mod cells;
pub(crate) mod core;
pub(crate) mod counter_block;
pub(crate) mod counters;
pub(crate) mod family;
pub(crate) mod leaked_with_table;
pub(crate) mod listeners;
pub(crate) mod names;
pub(crate) mod site;
