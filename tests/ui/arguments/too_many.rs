//! More arguments than a key can hold.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn sum(
    doc: &Arc<Doc>,
    a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8,
    m: u16,
) -> usize {
    doc.text.len() + usize::from(a + b + c + d + e + f + g + h + i + j + k + l) + usize::from(m)
}

fn main() {}
