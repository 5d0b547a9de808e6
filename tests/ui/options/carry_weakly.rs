//! A result that somebody else has to hold ends by itself.

use memo_core::{Anchored, weak_memo};
use std::sync::Arc;

#[weak_memo(carry, weak_value)]
fn copy(text: &Anchored<String>) -> Arc<String> {
    Arc::new(text.to_string())
}

fn main() {
    copy(&Anchored::new(String::new()));
}
