//! Neither by clone nor lent.

use memo_core::weak_memo;
use memo_store::Store;
use std::sync::{Arc, OnceLock};

static STORE: OnceLock<Store> = OnceLock::new();

#[derive(Clone)]
struct Length(usize);

#[weak_memo(store = STORE, version = 1)]
fn length(text: &Arc<String>) -> Length {
    Length(text.len())
}

#[weak_memo(store = STORE, version = 1)]
fn lent(text: &Arc<String>) -> &Length {
    Length(text.len())
}

#[weak_memo(store = STORE, version = 1)]
fn fallible(text: &Arc<String>) -> Result<Length, u8> {
    Ok(Length(text.len()))
}

fn main() {}
