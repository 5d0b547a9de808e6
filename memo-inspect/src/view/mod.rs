//! What is written as JSON.
//!
//! Whole numbers above 2^53 are written as they are. JavaScript rounds them, and the page says "about".

mod memo;
mod objects;
mod overview;
mod verdict;

use axum::body::Bytes;
use serde::Serialize;

pub(crate) use memo::OneMemo;
pub(crate) use objects::Objects;
pub(crate) use overview::Overview;

/// # Panics
///
/// Never: numbers and strings can be written.
pub(crate) fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("numbers and strings can be written as JSON").into()
}
