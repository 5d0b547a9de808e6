//! A key's expression is evaluated before there is a result to leave by.

use memo_core::weak_memo;
use std::num::ParseIntError;
use std::sync::Arc;

#[weak_memo]
fn asked(doc: &Arc<String>, #[memo(key = text.parse::<u8>()?)] text: &str) -> Result<u8, ParseIntError> {
    let _ = doc;
    text.parse()
}

#[weak_memo]
fn returned(doc: &Arc<String>, #[memo(key = if text.is_empty() { return 0 } else { 1_u8 })] text: &str) -> usize {
    doc.len() + text.len()
}

fn main() {}
