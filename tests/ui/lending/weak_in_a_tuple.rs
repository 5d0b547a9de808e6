//! A weak argument in a tuple that ends with the call.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(capacity = unbounded)]
fn layout(doc: &Arc<String>, how: (u32, &Arc<String>)) -> &str {
    format!("{doc}{how:?}")
}

fn main() {}
