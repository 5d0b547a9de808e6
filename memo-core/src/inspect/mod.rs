//! The user's view of memos and objects.
//!
//! Of memos: their [`statistics`], each without its types ([`any_memo`]), the [`handle`] of a function with its [`exclusive`] methods and how it [`calls`] that, and [`listener`]s for removed results. Of an
//! object: [`forget_object`] drops its results. Those that have results of a memo are its [`owners`]. No counter knows who is alive: a [`walk`] over the side table counts the living
//! results. What is being computed now is
//! [`in_flight`]. For tests of users there is [`testing`].

pub(crate) mod any_memo;
pub(crate) mod calls;
pub(crate) mod exclusive;
pub(crate) mod forget_object;
pub(crate) mod handle;
pub(crate) mod in_flight;
pub(crate) mod listener;
pub(crate) mod owners;
pub(crate) mod signature;
pub(crate) mod statistics;
pub(crate) mod testing;
pub(crate) mod walk;
