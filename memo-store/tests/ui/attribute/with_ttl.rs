//! What is over would come back.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[weak_memo(ttl = "1m", store = STORE, version = 1)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
