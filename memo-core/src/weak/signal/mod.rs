//! Events: a [`signal`], its [`sender`]s and its [`receiver`]s.
//!
//! A list of receivers ([`registry`]) is never changed while a dispatch uses it. It has an anchor inside, and the receivers of one sender
//! are a memo of the list and the sender. Connecting replaces the anchor: the old anchor drops the remembered lists, so no invalidation
//! is needed. [`receivers`] has the lock around the registry and the dispatch; [`connect`] adds the filter by sender and the name.

pub(super) mod connect;
pub(super) mod receiver;
mod receivers;
mod registry;
pub(super) mod sender;
#[allow(clippy::module_inception, reason = "the thing the folder is about")]
pub(super) mod signal;
