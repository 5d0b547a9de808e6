//! A mark that does not exist.

use memo_core::MemoKey;

#[derive(MemoKey)]
#[memo(value)]
struct Options {
    width: u32,
}

fn main() {}
