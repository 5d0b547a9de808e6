//! The results, each with the computing of it: plain types, which know nothing of memoizing and nothing of the witness.

mod identifiers;
mod layout;
mod lines;
mod shared;
mod tokens;

pub use identifiers::Identifiers;
pub use layout::Layout;
pub use lines::LineIndex;
pub use shared::Shared;
pub use tokens::{TokenCounts, Tokens};
