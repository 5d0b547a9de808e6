//! What a memo with `last` keeps is the library's `Last`, whatever its path leads to.

mod facade {
    pub use memo_core::*;

    pub struct Last<K, V> {
        pub larger: [usize; 9],
        pub key: K,
        pub value: V,
    }
}

use facade::Anchored;

#[memo_core::weak_memo(last, crate = facade)]
fn rows(text: &mut Anchored<String>, width: usize) -> &usize {
    text.len() / width
}

fn main() {}
