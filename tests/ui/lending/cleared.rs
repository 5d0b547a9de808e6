//! Lent results cannot be taken back.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn lower(text: &Arc<String>) -> &str {
    text.to_lowercase()
}

fn main() {
    lower_memo().clear();
}
