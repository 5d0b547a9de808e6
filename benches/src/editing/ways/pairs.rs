//! Which pairs a version is part of: what a cache by address needs to forget them with either.

use std::sync::Mutex;

use rustc_hash::FxHashMap;

#[derive(Default)]
pub(super) struct Pairs(Mutex<FxHashMap<usize, Vec<(usize, usize)>>>);

impl Pairs {
    pub(super) fn note(&self, pair: (usize, usize)) {
        let mut pairs = self.0.lock().expect("no holder panics");
        for address in [pair.0, pair.1] {
            pairs.entry(address).or_default().push(pair);
        }
    }

    /// Those of a version that is about to be dropped. In the list of the other one they stay until that is dropped, too.
    pub(super) fn take(&self, address: usize) -> Vec<(usize, usize)> {
        self.0.lock().expect("no holder panics").remove(&address).unwrap_or_default()
    }
}
