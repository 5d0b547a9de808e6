//! The users' view of their memos: [`stats`] of one, all [`memos`], a [`report`], the [`handle`] of a function and the
//! [`listener`]s on what goes; and of an object, whose
//! results they may [`forget`](forget_object). A [`walk`] finds what no counter knows.

pub(crate) mod forget_object;
pub(crate) mod handle;
pub(crate) mod listener;
pub(crate) mod memos;
pub(crate) mod report;
pub(crate) mod stats;
pub(crate) mod walk;
