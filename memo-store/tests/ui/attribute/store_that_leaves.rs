//! There is no result yet.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[weak_memo(store = STORE.get()?, version = 1)]
fn first(text: &Arc<String>) -> Option<char> {
    text.chars().next()
}

fn main() {}
