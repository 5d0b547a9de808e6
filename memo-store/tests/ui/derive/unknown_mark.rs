//! Only `skip` is one.

use memo_store::ContentKey;

#[derive(ContentKey)]
struct Doc {
    #[content(value)]
    text: String,
    #[content(skip, skip)]
    at: u8,
    #[content]
    of: u8,
}

fn main() {}
