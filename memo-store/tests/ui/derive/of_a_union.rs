//! Nothing says which field it is.

use memo_store::ContentKey;

#[derive(ContentKey)]
union Either {
    small: u8,
    large: u64,
}

fn main() {}
