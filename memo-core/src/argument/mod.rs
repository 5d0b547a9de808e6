//! How the arguments of a call take part: the [`owner`], whose anchor is asked for, among them objects of one thread
//! ([`has_local_anchor`]), and those that may change their results ([`owner_mut`]); the others as a [`key`]; and what may be stored for whom, which is a [`scope`].

pub(crate) mod has_local_anchor;
pub(crate) mod key;
pub(crate) mod owner;
pub(crate) mod owner_mut;
pub(crate) mod scope;
