//! A weak argument in a container that ends with the call.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(capacity = unbounded)]
fn layout(doc: &Arc<String>, theme: Option<&Arc<String>>) -> &str {
    format!("{doc}{theme:?}")
}

fn main() {}
