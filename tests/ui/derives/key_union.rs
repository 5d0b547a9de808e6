//! Nobody knows which field counts.

use memo_core::MemoKey;

#[derive(MemoKey)]
union Both {
    one: u32,
    other: f32,
}

fn main() {}
