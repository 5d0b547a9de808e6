//! A memo as data, and the vocabulary of the other modules.
//!
//! The [`site`] of its function, the memo itself ([`core`]), one for each instantiation ([`family`]); its figures ([`counting`]); the seed of
//! keys' hashes ([`key_seed`]), and the time ([`clock`]). [`all_memos`] and their [`names`]. Its [`cells`], whose types are unknown here. Its
//! [`listeners`], which are notified when results are dropped. Why calls missed, if that is asked for ([`explain`]). What is told to `tracing` ([`traced`]). What there is to say of a ring of calls ([`cycle`]).

pub(crate) mod all_memos;
pub(crate) mod cells;
pub(crate) mod clock;
pub(crate) mod core;
pub(crate) mod counting;
pub(crate) mod cycle;
pub(crate) mod explain;
pub(crate) mod family;
pub(crate) mod key_seed;
pub(crate) mod listeners;
pub(crate) mod names;
pub(crate) mod site;
pub(crate) mod traced;
