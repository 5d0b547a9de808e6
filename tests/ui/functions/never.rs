//! A function that never returns.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn fail(_text: &Arc<String>) -> ! {
    panic!()
}

fn main() {}
