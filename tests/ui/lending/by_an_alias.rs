//! What an alias stands for is not seen.

use memo_core::weak_memo;
use std::sync::Arc;

type Parsed<T> = Result<T, String>;

#[weak_memo]
fn bytes(text: &Arc<String>) -> Parsed<&[u8]> {
    Ok(text.as_bytes().to_vec())
}

fn main() {}
