//! A lent closure.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn matcher(text: &Arc<String>) -> &dyn Fn(&str) -> bool {
    let text = text.to_string();
    Box::new(move |other| other == text)
}

fn main() {}
