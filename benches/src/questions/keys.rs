//! What a hit costs by how many extra keys one object has.

use crate::keyed::Keyed;
use crate::loops::Keys;
use crate::run::Run;
use crate::subjects::with_many_keys;

/// Hits on one object with `count` extra keys in turn, one thread.
pub fn hits_among_keys(count: usize) -> Vec<Run> {
    fn run<K: Keyed + 'static>(count: usize) -> Run {
        let mut keys = None;
        Run::named(K::NAME, K::COLUMN, move |hits| keys.get_or_insert_with(|| Keys::<K>::new(count)).hits(hits))
    }
    with_many_keys!(run(count))
}
