//! What is computed of a file. Each result depends on nothing but its content.

use std::collections::BTreeMap;
use std::env;
use std::sync::{Arc, LazyLock};

use memo_core::weak_memo;
use memo_store::engine::Redis;
use memo_store::{ContentKey, Secret, Store};

use crate::{GRACE, LEASE};

/// A file that was read.
#[derive(ContentKey)]
pub(crate) struct Text {
    pub(crate) text: String,
}

/// The address of the server, to a worker.
pub(crate) const SERVER: &str = "FLEET_SERVER";

/// One for the whole process.
static STORE: LazyLock<Store> = LazyLock::new(|| {
    let url = env::var(SERVER).expect("a worker is told where the server is");
    let engine = Redis::open(&url).expect("a server's address");
    // In a real fleet from where its other secrets come from.
    let secret = Secret::new("only an example, and no secret");
    Store::builder(engine, secret).lease(LEASE).grace(GRACE).open().expect("a thread")
});

pub(crate) fn store() -> &'static Store {
    &STORE
}

/// How often each word is in it.
#[weak_memo(store = store(), version = 1)]
pub(crate) fn words(text: &Arc<Text>) -> Arc<BTreeMap<String, u32>> {
    let mut counts = BTreeMap::new();
    for word in text.text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    Arc::new(counts)
}

/// Where its lines break in a window that is so many columns wide.
#[weak_memo(store = store(), version = 1)]
pub(crate) fn breaks(text: &Arc<Text>, columns: usize) -> Arc<Vec<u32>> {
    let (mut breaks, mut column) = (Vec::new(), 0);
    for (at, c) in text.text.char_indices() {
        column += 1;
        if c == '\n' || column == columns {
            breaks.push(at as u32);
            column = 0;
        }
    }
    Arc::new(breaks)
}
