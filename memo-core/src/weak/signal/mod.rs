//! Who wants to know is told: a [`signal`], its [`sender`]s and its [`receiver`]s.
//!
//! A list of receivers ([`registry`]) is never changed while it is used. It has an anchor inside, and what a sender's signals go through
//! is a memo of both. So to connect is to put another anchor in its place: the old one takes the lists along, and nothing invalidates
//! them. [`receivers`] is the lock around it, and the way through a list; [`connect`] says from whom, and under which name.

pub(super) mod connect;
pub(super) mod receiver;
mod receivers;
mod registry;
pub(super) mod sender;
#[allow(clippy::module_inception, reason = "the thing the folder is about")]
pub(super) mod signal;
