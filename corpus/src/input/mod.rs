//! What all replays are given: files, and the order in which they are opened.

mod find;
mod plan;
mod source;

pub(crate) use find::{Found, rust_files};
pub(crate) use plan::Plan;
pub(crate) use source::SourceFile;
