//! A result that is lent stays as long as its arguments.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(ttl = "30s", idle = "5s", stale = "1s")]
fn upper(text: &Arc<String>) -> &String {
    text.to_uppercase()
}

fn main() {}
