//! The results, each with the computing of it: plain types, which know nothing of memoizing and nothing of the witness.

mod identifiers;
mod layout;
mod lines;
mod shared;
mod tokens;

pub(crate) use identifiers::Identifiers;
pub(crate) use layout::Layout;
pub(crate) use lines::LineIndex;
pub(crate) use shared::Shared;
pub(crate) use tokens::{TokenCounts, Tokens};
