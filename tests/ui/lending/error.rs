//! An error that is not kept cannot be lent.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn lower(text: &Arc<String>) -> Result<&str, &String> {
    Ok(text.to_lowercase())
}

fn main() {}
