//! A key is evaluated where nothing waits.

use memo_core::weak_memo;
use std::sync::Arc;

async fn locale() -> u8 {
    0
}

#[weak_memo]
async fn marked(doc: &Arc<String>, #[memo(key = (locale().await, *page))] page: usize) -> usize {
    doc.len() + page
}

#[weak_memo(context = locale().await)]
async fn everywhere(doc: &Arc<String>) -> usize {
    doc.len()
}

#[weak_memo(context = format!("{}", locale().await))]
async fn in_a_macro(doc: &Arc<String>) -> usize {
    doc.len()
}

fn main() {}
