//! Nor is there a probe by hand: it could make a stored key of an object that ends before the result.

use memo_core::MemoKey;
use memo_core::key::{Probe, Shared};
use std::hash::Hasher;
use std::sync::Arc;

struct Name;

impl Probe<Shared> for Name {
    type Stored = <Arc<u8> as MemoKey>::Stored;
    const TRUSTED: bool = true;

    fn hash_part<H: Hasher>(&self, _: &mut H) {}

    fn matches(&self, _: &Self::Stored) -> bool {
        true
    }

    fn to_stored(&self) -> Self::Stored {
        Arc::new(1).to_stored()
    }
}

fn main() {}
