//! The labels of the rows, by which the targets find their numbers.
#![allow(missing_docs, reason = "each says what it is")]

pub const HOT: &str = "hit, one hot object, 1 thread";
pub const HIT: &str = "hit, 1,024 objects, 1 thread";
pub const HOT_2: &str = "hit, one hot object, 2 threads";
pub const HIT_2: &str = "hit, 1,024 objects, 2 threads";
pub const APART_2: &str = "hit, 1,024 objects, 2 threads on halves of their own";
/// Without text: small objects, so that a million fit.
pub const FEW: &str = "hit, 1,000 objects without text";
pub const MANY: &str = "hit, 1,000,000 objects without text";
pub const MANY_2: &str = "hit, 1,000,000 objects without text, 2 threads on halves of their own";
pub const EXTRA_KEY: &str = "hit with an extra key, 256 objects of 4 entries";
pub const PAIR: &str = "hit, 16 bytes of plain data";
pub const QUAD: &str = "hit, 32 bytes of plain data";
pub const NAME: &str = "hit, an `Arc<str>` (by reference: cloned by the caller)";
pub const MEMO: &str = "hit, the one memo on one object";
pub const MEMOS_8: &str = "hit, each of 8 memos on one object";
pub const MEMOS_100: &str = "hit, each of 100 memos on one object";
pub const MEMOS_30: &str = "hit, each of 30 memos on one object";
pub const MEMOS_1000: &str = "hit, each of 1,000 memos on one object";
pub const MISS: &str = "miss";
pub const LIFE: &str = "object's life, over the bare life";
pub const ENTRY: &str = "heap per live `u64` entry, bytes";
pub const CHURN: &str = "churn, 1,000,000 objects through a window of 1,000, each";
pub const CHURN_STEADY: &str = "churn, heap with the first 1,000 alive, KiB";
pub const CHURN_PEAK: &str = "churn, peak heap after that, KiB";
pub const LARGE_STEADY: &str =
    "churn of 64 KiB objects beside 1,000,000 small ones, heap with the first 100 alive, MiB";
pub const LARGE_PEAK: &str = "churn of 64 KiB objects, peak heap after 20,000 more, MiB";
pub const COUNTED: &str = "hit, one hot object, statistics on, ns";
pub const UNCOUNTED: &str = "hit, one hot object, statistics off, ns";
pub const BUILD: &str = "cold debug build of a crate using one memo, seconds";
pub const DEPENDENCIES: &str = "packages built for it, its own not counted";
pub const LIFE_1: &str = "object's life, the bare life included, 1 thread";
pub const LIFE_2: &str = "object's life, the bare life included, 2 threads at once";
pub const LIFE_RATIO: &str = "object's life, 2 threads at once over 1 thread";
pub const WORST: &str = "worst call after 1,000,000 objects died together, µs";
pub const SURVIVORS: &str = "hit on survivors after 1,000,000 died, over before";
pub const AT_ONCE: &str = "1,000,000 dead given back at once, ns each";
pub const STATS: &str = "`stats()` with 1,000,000 objects, µs";
pub const IS_EMPTY: &str = "`is_empty()` with 1,000,000 objects, µs";
