//! Only fields are skipped.

use memo_store::ContentKey;

#[derive(ContentKey)]
#[content(skip)]
struct Doc {
    text: String,
}

#[derive(ContentKey)]
enum Mode {
    #[content(skip)]
    Bytes,
}

fn main() {}
