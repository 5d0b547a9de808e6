//! It is a key in the process, but no content.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[derive(Clone, PartialEq, Eq, Hash)]
enum Mode {
    Bytes,
    Letters,
}

#[weak_memo(store = STORE, version = 1)]
fn length(text: &Arc<String>, #[memo(value)] mode: Mode) -> usize {
    match mode {
        Mode::Bytes => text.len(),
        Mode::Letters => text.chars().count(),
    }
}

fn main() {}
