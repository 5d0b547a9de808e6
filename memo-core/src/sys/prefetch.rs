//! Prefetching memory before it is needed.
//!
//! Ending many objects visits each of them, its node's slot in the index and its cell, all in memory that no cache has. One after the
//! other, each visit would wait for memory. So they are prefetched a slab, or a batch, ahead.

/// Prefetches the cache line of any address: nothing is read. Does nothing where the language has no intrinsic for it yet.
#[inline(always)]
pub(crate) fn line<T>(at: *const T) {
    #[cfg(all(target_arch = "x86_64", not(any(miri, memo_loom, memo_shuttle))))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which faults on no address; every such processor has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
    }
    let _ = at;
}
