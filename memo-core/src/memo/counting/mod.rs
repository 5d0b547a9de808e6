//! The figures of memos: a [`counter_block`] for each, on each thread that counts ([`counters`]); what a thread's table leaves behind
//! ([`abandoned_with_table`]). What results own is estimated ([`value_bytes`]). How long computes take ([`compute_times`]). A [`watch`] sees what single threads count, while they are [watched](watching).

pub(crate) mod abandoned_with_table;
pub(crate) mod compute_times;
pub(crate) mod counter_block;
pub(crate) mod counters;
pub(crate) mod value_bytes;
pub(crate) mod watch;
pub(crate) mod watching;
