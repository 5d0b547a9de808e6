//! What users see of their memos: [`stats`] of one, all [`memos`], a [`report`], the [`handle`] of a function. What a counter does not know is
//! found by a [`walk`].

pub(crate) mod handle;
pub(crate) mod memos;
pub(crate) mod report;
pub(crate) mod stats;
pub(crate) mod walk;
