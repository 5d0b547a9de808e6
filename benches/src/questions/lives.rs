//! What a miss costs, and an object's life.

use super::WINDOW;
use crate::loops::{Lives, Window, misses as first_calls};
use crate::run::Run;
use crate::subject::Subject;
use crate::subjects::{Bare, BareRc, on_one_thread, through_lives};

/// First calls on fresh objects, 1,024 to an emptied store.
pub fn misses() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        Run::of::<S>(|misses| first_calls::<S>(1024, misses))
    }
    on_one_thread!(run())
}

/// Objects' lives, one alive at a time. The bare lives of an `Arc` and an `Rc` are among the runs, as `bare` and `bare Rc`.
pub fn lives() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        let mut lives = None;
        Run::of::<S>(move |count| lives.get_or_insert_with(Lives::<S>::new).live(count))
    }
    let mut runs = vec![run::<Bare>(), run::<BareRc>()];
    runs.extend(through_lives!(run()));
    runs
}

/// Objects through a window of [`WINDOW`] alive; the bare run is among them, as `bare`.
pub fn churn() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        let mut window = None;
        Run::of::<S>(move |count| window.get_or_insert_with(|| Window::<S>::new(WINDOW)).send(count))
    }
    let mut runs = vec![run::<Bare>()];
    runs.extend(through_lives!(run()));
    runs
}
