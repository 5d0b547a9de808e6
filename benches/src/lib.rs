//! What the benches of memo-core share: the objects, the subjects (ours and the peers), the questions, and how they are run.
//!
//! A *subject* is one way to remember a `u64` that was derived from an object; each stands behind one trait in a file of its
//! own in `subjects/`. Every question is one generic loop over a list of them, so that no bench can favour one.

mod doc;
pub mod heap;
mod loops;
pub mod machine;
pub mod questions;
pub mod run;
mod subject;
mod subjects;

use subject::Subject;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subject, asked as in every question: a wrong answer would be a wrong bench.
    #[test]
    fn every_subject_remembers_the_right_value() {
        fn right<S: Subject>() -> &'static str {
            use doc::Object as _;
            let subject = S::new(1000);
            let values = |seeds: std::ops::Range<u64>| -> Vec<u64> {
                let objects: Vec<_> = seeds.map(|seed| S::Object::create(seed, 8)).collect();
                let first: Vec<u64> = objects.iter().map(|object| subject.call(object)).collect();
                let second: Vec<u64> = objects.iter().map(|object| subject.call(object)).collect();
                assert_eq!(first, second, "{}", S::NAME);
                objects.iter().for_each(|object| subject.forget(object));
                first
            };
            let bare = |seeds: std::ops::Range<u64>| -> Vec<u64> {
                seeds.map(|seed| doc::Doc::new(seed, 8).derived()).collect()
            };
            assert_eq!(values(0..3000), bare(0..3000), "{}", S::NAME);
            // Others at the addresses of the first.
            assert_eq!(values(3000..6000), bare(3000..6000), "{}", S::NAME);
            S::NAME
        }
        let subjects = subjects::through_lives!(right());
        assert!(subjects.len() > 15, "{subjects:?}");
    }

    #[test]
    fn versions_name_every_peer() {
        let versions = machine::versions();
        for peer in ["cached 4", "dashmap 6", "memoize 0", "moka 0", "papaya 0", "quick_cache 0", "weak-table 0"] {
            assert!(versions.contains(peer), "{versions}");
        }
    }
}
