//! A hit while another thread hits. What varies: how many objects (one hot, 1,024, 1,000,000), and whether they are the same.
//!
//! Two threads, each timed for itself from a common start; the time of an operation is the mean of the threads' own. A
//! subject whose tables are per thread (`memoize`) contends for nothing, and computes once a thread.

mod groups;

use memo_benches::questions;

groups::bench!([
    ("contended hit, 2 threads, one hot object", questions::contended_hot_hits(2)),
    ("contended hit, 2 threads, 1,024 objects", questions::contended_hits(2, 1024)),
    ("hit, 2 threads, 1,024 objects apart", questions::contended_hits_apart(2, 1024)),
    ("hit, 2 threads, 1,000,000 objects apart", questions::contended_hits_on_many(2, 1_000_000)),
]);
