//! A version is a number.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[weak_memo(store = STORE, version = "1.0")]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
