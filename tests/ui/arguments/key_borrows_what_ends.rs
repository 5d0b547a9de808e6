//! What a key's expression makes on the way ends before the body runs.

use memo_core::weak_memo;
use std::sync::{Arc, Mutex};

#[weak_memo]
fn count(text: &Arc<String>, #[memo(key = name.lock().unwrap().as_str())] name: &Mutex<String>) -> usize {
    text.matches(&*name.lock().unwrap()).count()
}

fn main() {}
