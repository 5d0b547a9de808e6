//! Ways to hash that are as bad as they can be.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// One hash for all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Colliding;

impl BuildHasher for Colliding {
    type Hasher = Fixed;

    fn build_hasher(&self) -> Fixed {
        Fixed(42)
    }
}

/// Another hash each time.
#[derive(Debug, Default)]
pub(crate) struct Inconsistent(AtomicU64);

impl BuildHasher for Inconsistent {
    type Hasher = Fixed;

    fn build_hasher(&self) -> Fixed {
        Fixed(self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

pub(crate) struct Fixed(u64);

impl Hasher for Fixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
}
