//! The witness: evidence, gathered outside the library, that no result outlives its file.

mod ledger;
mod witnessed;

pub(crate) use ledger::{Census, Ledger, Presence, Receipt};
pub(crate) use witnessed::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
