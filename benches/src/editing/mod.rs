//! An editing session, replayed with each of the peers in the place of the memos.
//!
//! The session is that of `corpus`, written down there: its files, its analyses, and every call in order. Each way to
//! remember is one file of `ways`, written as its docs advise.

mod bodies;
mod code;
mod compare;
mod file;
mod process;
mod replay;
pub mod rows;
mod way;
mod ways;

pub use compare::{Rounds, compare};
pub use process::answer;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use corpus::{Plan, Script, Step, rust_files};

    use super::replay::{Kind, Outcome};
    use super::ways::{ALL, Entry, NOTHING};

    fn script() -> Script {
        let found = rust_files(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../memo-core/src")))
            .expect("there are sources");
        Script::of(Plan::new(found.files, 1, 120)).expect("they can be read")
    }

    /// Each way once in this process: what it remembers is static in some.
    #[test]
    fn all_ways_give_the_same_answers_and_run_the_bodies_that_they_have_to() {
        let script = script();
        let undos = script.steps.iter().filter(|step| matches!(step, Step::Undo { .. })).count();
        assert!(undos > 5 && script.steps.iter().any(|step| matches!(step, Step::Search(_))), "{undos}");

        let outcomes: Vec<_> = ALL.iter().map(|way| (way.replay)(&script, Kind::Answers)).collect();
        let ours = &outcomes[0];
        let is_more = |other: &Outcome| other.bodies.iter().zip(ours.bodies).any(|(theirs, ours)| *theirs > ours);
        let is_less = |other: &Outcome| other.bodies.iter().zip(ours.bodies).any(|(theirs, ours)| *theirs < ours);
        for (Entry { name, .. }, other) in ALL.iter().zip(&outcomes) {
            assert_eq!((other.answers, other.digest), (ours.answers, ours.digest), "{name}");
            let bodies = (other.bodies, ours.bodies);
            match *name {
                // An undo sets the input back, and what was computed of that text is no longer there.
                "salsa" => assert!(!is_less(other) && is_more(other), "{name}: {bodies:?}"),
                // Equal texts are one, and nothing has to leave in a session as short as this.
                "cached by hash" | "moka by hash" => assert!(!is_more(other), "{name}: {bodies:?}"),
                // What is evicted too early is computed again; what was evicted is a matter of luck.
                "comemo" => {}
                _ => assert_eq!(bodies.0, bodies.1, "{name}"),
            }
        }

        let without_bodies = (ALL[0].replay)(&script, Kind::Remembering);
        assert_eq!(without_bodies.bodies, ours.bodies, "stand-ins are computed as often");
        let nothing = (NOTHING.replay)(&script, Kind::Answers);
        assert_eq!((nothing.answers, nothing.bodies.iter().sum::<u64>()), (ours.answers, 0));
        assert_ne!(nothing.digest, ours.digest, "other answers are told apart");
    }

    #[test]
    fn no_way_is_named_twice() {
        for (number, way) in ALL.iter().enumerate() {
            assert!(ALL[..number].iter().all(|before| before.name != way.name), "{}", way.name);
        }
    }
}
