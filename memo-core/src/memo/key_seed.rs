//! The hashers of all keys of the process, seeded at random.

use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use hashbrown::DefaultHashBuilder;

/// A copy of the seed.
#[derive(Clone)]
pub(crate) struct Seed(DefaultHashBuilder);

impl Seed {
    /// The one seed of the process.
    pub(crate) fn get() -> &'static Self {
        static SEED: OnceLock<Seed> = OnceLock::new();
        SEED.get_or_init(|| Self(DefaultHashBuilder::default()))
    }

    /// A hasher.
    #[inline(always)]
    pub(crate) fn hasher(&self) -> impl Hasher {
        self.0.build_hasher()
    }
}
