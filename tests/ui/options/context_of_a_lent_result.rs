//! With a context an owner has several results, which cannot be evicted while they are lent.

use memo_core::weak_memo;
use std::sync::Arc;

fn locale() -> u8 {
    0
}

#[weak_memo(context = locale())]
fn greeting(name: &Arc<String>) -> &str {
    format!("{} {name}", locale())
}

fn main() {}
