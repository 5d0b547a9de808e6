//! What the processes ask for.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus as Rng;
use rand_distr::{Distribution as _, Zipf};

/// All contents that the objects of a fleet may have.
pub(super) const CONTENTS: u64 = 10_000_000;

/// Objects of contents by Zipf's law, which live exponentially long.
///
/// Of as many consecutive ranks as one is simulated of, the one content that is simulated stands for all: it is as popular as they are in the mean.
#[derive(Clone, Copy)]
pub(super) struct Load {
    zipf: Zipf<f64>,
    one_in: u64,
    life: f64,
}

impl Load {
    pub(super) fn new(contents: u64, one_in: u64, life: Duration) -> Self {
        let zipf = Zipf::new(contents as f64, 1.0).expect("there are contents");
        Self { zipf, one_in, life: life.as_secs_f64() }
    }

    pub(super) fn content(&self, rng: &mut Rng) -> u64 {
        (self.zipf.sample(rng) as u64 - 1) / self.one_in
    }

    /// How many microseconds an object lives.
    pub(super) fn life(&self, rng: &mut Rng) -> u64 {
        exponential(self.life, rng)
    }
}

/// Microseconds, of a mean in seconds.
pub(super) fn exponential(mean: f64, rng: &mut Rng) -> u64 {
    (-mean * (1.0 - rng.random::<f64>()).ln() * 1e6) as u64
}

/// What the memo's body computes of a content; another version of the code, something else.
pub(super) fn body(content: u64, version: u64) -> String {
    let mixed = (content ^ version << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{content} in version {version} is {mixed:x}")
}
