//! One mistake is told once, with a store or without.

use memo_core::weak_memo;
use memo_store::{ContentKey, Store};
use std::sync::OnceLock;

static STORE: OnceLock<Store> = OnceLock::new();

#[derive(ContentKey)]
struct Doc {
    text: String,
}

#[weak_memo(store = STORE, version = 1)]
fn length(doc: &Doc) -> usize {
    doc.text.len()
}

fn main() {}
