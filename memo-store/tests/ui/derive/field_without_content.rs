//! Its order is by chance.

use memo_store::ContentKey;

#[derive(ContentKey)]
struct Doc<'a> {
    text: &'a str,
    lines: std::collections::HashMap<u8, String>,
}

#[derive(ContentKey)]
enum Shared {
    One(std::sync::Mutex<u8>),
}

fn main() {}
