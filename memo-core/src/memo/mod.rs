//! A memo as data, and the words that all others share.
//!
//! Where its function stands ([`site`]), the memo itself ([`core`]), one for each instantiation ([`family`]); what is counted of it
//! ([`count`], [`counters`], [`leaked`]); the [`list`] of all memos and their [`names`]. What cells are is not known here, but how they
//! begin ([`head`]), how their memo handles them ([`vtable`]) and where it lists them ([`seats`]).

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
