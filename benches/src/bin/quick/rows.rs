//! The labels of the rows, by which the targets find their numbers.

pub(crate) const HOT: &str = "hit, one hot object, 1 thread";
pub(crate) const HIT: &str = "hit, 1,024 objects, 1 thread";
pub(crate) const HOT_2: &str = "hit, one hot object, 2 threads";
pub(crate) const HIT_2: &str = "hit, 1,024 objects, 2 threads";
/// Without text: small objects, so that a million fit.
pub(crate) const FEW: &str = "hit, 1,000 objects without text";
pub(crate) const MANY: &str = "hit, 1,000,000 objects without text";
pub(crate) const EXTRA_KEY: &str = "hit with an extra key, 256 objects of 4 entries";
pub(crate) const PAIR: &str = "hit, 16 bytes of plain data";
pub(crate) const QUAD: &str = "hit, 32 bytes of plain data";
pub(crate) const NAME: &str = "hit, an `Arc<str>` (by reference: cloned by the caller)";
pub(crate) const MEMO: &str = "hit, the one memo on one object";
pub(crate) const MEMOS_8: &str = "hit, each of 8 memos on one object";
pub(crate) const MEMOS_100: &str = "hit, each of 100 memos on one object";
pub(crate) const MISS: &str = "miss";
pub(crate) const LIFE: &str = "object's life, over the bare life";
pub(crate) const ENTRY: &str = "heap per live `u64` entry, bytes";
pub(crate) const CHURN: &str = "churn, 1,000,000 objects through a window of 1,000, each";
pub(crate) const CHURN_STEADY: &str = "churn, heap with the first 1,000 alive, KiB";
pub(crate) const CHURN_PEAK: &str = "churn, peak heap after that, KiB";
pub(crate) const LARGE_STEADY: &str =
    "churn of 64 KiB objects beside 1,000,000 small ones, heap with the first 100 alive, MiB";
pub(crate) const LARGE_PEAK: &str = "churn of 64 KiB objects, peak heap after 20,000 more, MiB";
