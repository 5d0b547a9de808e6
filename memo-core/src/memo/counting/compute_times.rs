//! How long computes took: how many of them in which span. Of those that are timed, which are a sample.

use std::sync::OnceLock;

use crate::sys::sync::plain::{AtomicU64, Ordering};

/// Up to 64 ns; each next one is twice as wide; the last is without end.
pub(crate) const SPANS: usize = 32;
const FIRST: u32 = 6;

/// How many computes took how long. Nothing before the first.
pub(crate) struct Histogram(OnceLock<Box<[AtomicU64; SPANS]>>);

impl Histogram {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// So many took as long.
    pub(crate) fn add(&self, nanos: u64, computes: u64) {
        let spans = self.0.get_or_init(|| Box::new([const { AtomicU64::new(0) }; SPANS]));
        spans[span(nanos)].fetch_add(computes, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> [u64; SPANS] {
        let Some(spans) = self.0.get() else { return [0; SPANS] };
        std::array::from_fn(|span| spans[span].load(Ordering::Relaxed))
    }
}

/// In which span so many nanoseconds are.
fn span(nanos: u64) -> usize {
    let bits = u64::BITS - nanos.saturating_sub(1).leading_zeros();
    (bits.saturating_sub(FIRST) as usize).min(SPANS - 1)
}

/// The nanoseconds that are the last of a span. `None`: it is without end.
pub(crate) fn end_of(span: usize) -> Option<u64> {
    (span < SPANS - 1).then(|| 1 << (FIRST as usize + span))
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_in_one_span() {
        assert_eq!([0, 1, 64, 65, 128, 129].map(span), [0, 0, 0, 1, 1, 2]);
        for at in 0..SPANS - 1 {
            let end = end_of(at).unwrap();
            assert_eq!((span(end), span(end + 1)), (at, at + 1));
        }
        assert_eq!((span(u64::MAX), end_of(SPANS - 1)), (SPANS - 1, None));
    }
}
