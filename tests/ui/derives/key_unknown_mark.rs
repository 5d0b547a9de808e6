//! A mark that does not exist.

use memo_core::MemoKey;

#[derive(MemoKey)]
struct Options {
    #[memo(ignore)]
    width: u32,
}

fn main() {}
