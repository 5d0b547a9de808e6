//! A derived key with a field that is no key.

use memo_core::{MemoKey, weak_memo};
use std::sync::Arc;

struct Mode;

#[derive(MemoKey)]
struct Options {
    width: u32,
    mode: Mode,
}

#[weak_memo]
fn part(text: &Arc<String>, options: &Options) -> usize {
    let Mode = options.mode;
    text.len() / options.width as usize
}

fn main() {}
