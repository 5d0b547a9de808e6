//! What the benches of memo-core share: the objects, the subjects (ours and the peers), the questions, and how they are run.
//!
//! A *subject* is one way to remember a `u64` that was derived from an object; each stands behind one trait. Every question is
//! one generic loop over a list of them, so that no bench can favour one.
//!
//! # Where things are
//!
//! From the ground up; each file imports from those before it.
//!
//! * `doc`: the objects; `subject`: the traits; `heap`, `machine`: what is counted, and where.
//! * `run`, `fresh`: how a subject is timed, and how a figure is taken in a process of its own.
//! * `subjects`: ours and the peers, and which of them answer which question.
//! * `loops`: what is timed, for any subject.
//! * `questions`: the loops put to the subjects.
//! * `report`: tables, plots and targets made of the answers.
//! * `editing`: a session of real work, replayed with each of the peers.
//! * `fleet`: processes with one store, simulated.
//! * `claims`: what the pages say in figures, held against the recorded tables.

pub mod claims;
mod doc;
pub mod editing;
pub mod fleet;
pub mod fresh;
pub mod heap;
mod loops;
pub mod machine;
pub mod questions;
pub mod report;
pub mod run;
mod subject;
mod subjects;

use subject::Subject;

/// Held by every test that asks subjects which are one function, and have one store, for the process: a fresh one empties it.
#[cfg(test)]
fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::alone;
    use super::doc::{DERIVED, Doc, Object};
    use super::subject::{Keyed, Wide};
    use super::subjects::{
        on_one_thread, on_several_threads, through_crowds, through_lives, through_lives_on_threads, with_extra_key,
        with_many_keys,
    };
    use super::{Subject, machine, questions};

    #[test]
    fn a_second_call_is_a_hit_with_every_subject() {
        let _alone = alone();
        fn check<S: Subject>() {
            let subject = S::new(4000);
            let objects: Vec<_> = (0..500).map(|seed| S::Object::create(seed, 8)).collect();
            let call_all = || -> Vec<u64> { objects.iter().map(|object| subject.call(object)).collect() };
            let before = DERIVED.get();
            let first = call_all();
            assert_eq!(DERIVED.get() - before, 500 * S::CALLS as usize, "{} computes each once", S::NAME);
            assert_eq!(call_all(), first, "{}", S::NAME);
            assert_eq!(DERIVED.get() - before, 500 * S::CALLS as usize, "{} remembers all", S::NAME);
            objects.iter().for_each(|object| subject.forget(object));
        }
        on_one_thread!(check());
        on_several_threads!(check());
        through_crowds!(check());
        fn check_keyed<K: Keyed>() {
            check::<Wide<K>>();
        }
        with_extra_key!(check_keyed());
        with_many_keys!(check_keyed());
    }

    #[test]
    fn no_subject_takes_an_object_for_one_that_is_gone() {
        let _alone = alone();
        fn check<S: Subject>() {
            let subject = S::new(1000);
            // The second thousands come to lie where the first were.
            for thousand in 0..3 {
                let seeds = thousand * 1000..(thousand + 1) * 1000;
                for (seed, object) in seeds.map(|seed| (seed, S::Object::create(seed, 8))).collect::<Vec<_>>() {
                    assert_eq!(subject.call(&object), Doc::new(seed, 8).derived(), "{}", S::NAME);
                    subject.forget(&object);
                }
            }
        }
        through_lives!(check());
        through_lives_on_threads!(check());
    }

    #[test]
    fn of_many_callers_of_a_missing_entry_one_computes() {
        for storm in questions::storms(4, 1) {
            assert_eq!(storm.computes, 1.0, "{}", storm.column);
        }
    }

    #[test]
    fn with_room_for_a_tenth_most_calls_of_a_zipf_load_hit_with_every_subject() {
        let _alone = alone();
        for load in questions::zipf(1.0, 50_000, 1) {
            assert!((0.6..0.9).contains(&load.hit_ratio), "{}: {}", load.column, load.hit_ratio);
        }
    }

    #[test]
    fn the_versions_name_every_peer() {
        let versions = machine::versions();
        for peer in ["cached 4", "dashmap 6", "memoize 0", "moka 0", "papaya 0", "quick_cache 0", "weak-table 0"] {
            assert!(versions.contains(peer), "{versions}");
        }
    }
}
