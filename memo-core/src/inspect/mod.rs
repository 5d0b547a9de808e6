//! inspect

pub(crate) mod handle;
pub(crate) mod memos;
pub(crate) mod report;
pub(crate) mod stats;
pub(crate) mod walk;
