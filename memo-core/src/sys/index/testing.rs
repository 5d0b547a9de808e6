use super::*;

/// A stand-in for a node: an address, and content that is written before it is published.
pub(super) struct Stub {
    pub(super) address: crate::sys::sync::AtomicUsize,
    pub(super) value: crate::sys::sync::UnsafeCell<u32>,
}

impl Hashed for Stub {
    unsafe fn hash(node: NonNull<Self>) -> u64 {
        // SAFETY: the caller's.
        hash_of(unsafe { Self::address(node) })
    }
}

/// The hash of a stub's address.
pub(super) fn hash_of(address: usize) -> u64 {
    (address as u64 >> 4).wrapping_mul(SPREAD)
}

/// 2^64 over the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Stub {
    /// # Safety
    /// It has not been freed.
    pub(super) unsafe fn address(node: NonNull<Self>) -> usize {
        // SAFETY: the caller's.
        unsafe { node.as_ref() }.address.load(Ordering::Acquire)
    }
}

impl Stub {
    pub(super) fn new(address: usize, value: u32) -> NonNull<Self> {
        let stub = Self { address: crate::sys::sync::AtomicUsize::new(1), value: crate::sys::sync::UnsafeCell::new(0) };
        // SAFETY: just made.
        stub.value.with_mut(|at| unsafe { *at = value });
        stub.address.store(address, Ordering::Release);
        NonNull::from(Box::leak(Box::new(stub)))
    }
}
