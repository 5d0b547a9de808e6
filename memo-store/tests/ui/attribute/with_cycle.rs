//! Results inside a ring are of that ring alone.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[weak_memo(cycle = 0, store = STORE, version = 1)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
