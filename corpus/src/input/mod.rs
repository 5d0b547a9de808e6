//! What all replays are given: files, and the order in which they are opened.

mod find;
mod plan;
mod source;

pub use find::{Found, rust_files};
pub use plan::Plan;
pub(crate) use source::SourceFile;
