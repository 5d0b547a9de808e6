//! Two marks that exclude each other.

use memo_core::MemoKey;

#[derive(MemoKey)]
struct Options {
    #[memo(value, skip)]
    width: u32,
}

fn main() {}
