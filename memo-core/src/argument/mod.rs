//! How the arguments of a call take part: the [`owner`], whose anchor is asked for, among them objects of one thread
//! ([`has_local_anchor`]); the others as a [`key`]; and what may be stored for whom, which is a [`scope`].

pub(crate) mod has_local_anchor;
pub(crate) mod key;
pub(crate) mod owner;
pub(crate) mod scope;
