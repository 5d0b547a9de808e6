//! A hit with an extra key. What varies: how many keys one object has, from one to 100,000; 256 objects of four each; two threads on
//! one object; and a `String` in place of a number.
//!
//! The keys are asked in an order that no prefetcher foresees.

mod groups;

use memo_benches::questions;

groups::bench!(
    [1, 4, 1_000, 100_000]
        .into_iter()
        .flat_map(|count| [
            (format!("hit, {count} keys"), questions::hits_on_one_owner(count)),
            (format!("hit, {count} keys, 2 threads"), questions::contended_hits_on_one_owner(2, count)),
        ])
        .chain([
            ("hit, 256 objects of 4 keys".to_owned(), questions::hits_with_extra_key(256)),
            ("hit, 1000 keys, a String".to_owned(), questions::hits_on_names(1_000)),
            ("hit, 1000 keys, a String, 2 threads".to_owned(), questions::contended_hits_on_names(2, 1_000)),
        ])
);
