//! The bound is missing.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[weak_memo(store = STORE, version = 1)]
fn shown<T: ToString + Send + Sync + 'static>(of: &Arc<T>) -> String {
    of.to_string()
}

fn main() {}
