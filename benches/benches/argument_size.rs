//! A hit by how large the argument is. What varies: the bytes of text in each of eight objects, from 16 to 1 MiB.
//!
//! By identity nobody reads them; the deep keys hash all of them on every call.

mod groups;

use memo_benches::questions;

groups::bench!(
    [16, 256, 4 << 10, 64 << 10, 1 << 20]
        .map(|text_len| (format!("hit, {text_len} bytes"), questions::hits_by_argument_size(text_len)))
);
