//! A hit on one thread. What varies: how many objects the hits go round (one hot, 1,024, 1,000, 1,000,000).
//!
//! An operation is one call whose value is remembered, by reference where the subject lends. Of 1,024 objects each has a
//! text of 1 KiB, which only the deep keys read; of the others none, and only those subjects run whose hit is little more than
//! finding the place. The order of calls is not that of the addresses.

mod groups;

use memo_benches::questions;

groups::bench!([
    ("hit, one hot object", questions::hot_hits()),
    ("hit, 1,024 objects", questions::hits(1024)),
    ("hit, 1,000 objects without text", questions::hits_on_many(1_000)),
    ("hit, 1,000,000 objects without text", questions::hits_on_many(1_000_000)),
]);
