//! Tuples of which a part is no key.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

struct Mode;
struct Config;

#[weak_memo]
fn words(doc: &Arc<Doc>, how: (u32, Mode)) -> usize {
    doc.text.len() + how.0 as usize
}

#[weak_memo]
fn lines(doc: &Arc<Doc>, how: &(u32, (&Config, Option<u8>), Mode)) -> usize {
    doc.text.len() + how.0 as usize
}

fn main() {}
