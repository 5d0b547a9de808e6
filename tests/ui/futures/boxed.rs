//! A future instead of an `async fn`: another attribute may have made it.

use memo_core::weak_memo;
use std::pin::Pin;
use std::sync::Arc;

#[weak_memo]
fn length<'a>(text: &'a Arc<String>) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    Box::pin(async { text.len() })
}

fn main() {}
