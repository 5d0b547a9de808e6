//! A hit with an extra key. What varies: how many keys one object has, from one to 100,000; and 256 objects of four each.
//!
//! The keys are asked in an order that no prefetcher foresees.

mod groups;

use memo_benches::questions;

groups::bench!(
    [1, 100, 10_000, 100_000]
        .map(|count| (format!("hit, {count} keys"), questions::hits_among_keys(count)))
        .into_iter()
        .chain([("hit, 256 objects of 4 keys".to_owned(), questions::hits_with_extra_key(256))])
);
