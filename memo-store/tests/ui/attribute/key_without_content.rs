//! The value of a key expression is part of what is looked for.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

struct Opaque(std::collections::HashMap<u8, u8>);

#[weak_memo(store = STORE, version = 1)]
fn length(text: &Arc<String>, #[memo(key = std::thread::current().id())] of: &Opaque) -> usize {
    text.len() + of.0.len()
}

fn main() {}
