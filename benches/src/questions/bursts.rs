//! What calls cost when many objects have died at once, what giving them back at once costs, and what a handle tells of many.

use std::hint::black_box;
use std::time::Instant;

use crate::doc::Object;
use crate::fresh::Figure;
use crate::loops::{self, allocate_after_boxes, drop_boxes, reclaim_at_once};
use crate::run::median;
use crate::subject::{Reclaims, Subject};
use crate::subjects::ours::{Asked, OfArc, OfArcLent, OfOwn, OfRc};
use crate::subjects::{reclaiming_at_once, through_crowds};

/// Crowds in one process.
const CROWDS: usize = 3;

/// What a crowd's death did to one subject.
#[derive(Debug, Clone, Copy)]
pub struct Burst {
    /// Its column.
    pub column: &'static str,
    /// The longest call that came after, in nanoseconds. Of three crowds the least: what only one of them met is the machine's.
    pub worst: f64,
    /// Longer than all calls but one of ten thousand; of three crowds the median.
    pub high: f64,
    /// A hit on a survivor while the crowd was alive.
    pub before: f64,
    /// A hit on a survivor after.
    pub meanwhile: f64,
    /// The drop of one of the crowd, with what its user has to do by hand.
    pub drop: f64,
}

/// A crowd of `size` that dies together, for each subject.
pub fn bursts(size: u64) -> Vec<Burst> {
    let figures = burst_figures();
    let burst = |figure: &Figure| {
        let [worst, high, before, meanwhile, drop] = figure.take(size)[..] else {
            panic!("{} is told in five numbers", figure.column)
        };
        Burst { column: figure.column, worst, high, before, meanwhile, drop }
    };
    figures.iter().map(burst).collect()
}

fn burst_figures() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("burst", |size| burst::<S>(size as usize))
    }
    through_crowds!(figure())
}

fn burst<S: Subject>(size: usize) -> Vec<f64> {
    let bursts = [(); CROWDS].map(|()| loops::burst::<S>(size));
    let of = |number: fn(&loops::Burst) -> f64| bursts.iter().map(number).collect::<Vec<_>>();
    vec![
        of(|burst| burst.worst).into_iter().fold(f64::INFINITY, f64::min),
        median(of(|burst| burst.high)),
        median(of(|burst| burst.before)),
        median(of(|burst| burst.meanwhile)),
        median(of(|burst| burst.drop)),
    ]
}

/// All that is dead given back at once: nanoseconds for each of the crowd. As many boxes are among them, as `Box`.
pub fn reclaims_at_once() -> Vec<Figure> {
    fn figure<S: Reclaims + 'static>() -> Figure {
        Figure::of::<S>("at once", |size| {
            vec![median((0..CROWDS).map(|_| each(reclaim_at_once::<S>(size as usize), size)).collect())]
        })
    }
    let mut figures = vec![Figure::new("at once", "Box", "Box", |size| {
        vec![median((0..CROWDS).map(|_| each(drop_boxes(size as usize), size)).collect())]
    })];
    figures.extend(reclaiming_at_once!(figure()));
    figures
}

/// The allocator's own stall: nanoseconds of one allocation after as many boxes were dropped.
pub fn allocators() -> Vec<Figure> {
    vec![Figure::new("allocator", "Box", "Box", |size| {
        vec![(0..CROWDS).map(|_| each(allocate_after_boxes(size as usize), 1)).fold(f64::INFINITY, f64::min)]
    })]
}

fn each(time: std::time::Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e9 / count as f64
}

/// What a handle tells of so many living objects with a result each: microseconds of `stats`, `is_empty` and `len`.
pub fn handles() -> Vec<Figure> {
    fn figure<A: Asked>() -> Figure {
        Figure::new("handle", A::COLUMN, A::COLUMN, |size| {
            let living: Vec<_> = (0..size).map(|seed| A::Object::create(seed, 0)).collect();
            living.iter().for_each(|object| _ = black_box(A::call(object)));
            let numbers = vec![
                microseconds(|| A::stats().entries),
                microseconds(A::is_empty),
                microseconds(|| assert_eq!(A::len(), size as usize)),
            ];
            drop(living);
            numbers
        })
    }
    vec![figure::<OfOwn>(), figure::<OfArcLent>(), figure::<OfArc>(), figure::<OfRc>()]
}

fn microseconds<R>(ask: impl Fn() -> R) -> f64 {
    let timed = || {
        let start = Instant::now();
        black_box(ask());
        start.elapsed().as_secs_f64() * 1e6
    };
    median((0..11).map(|_| timed()).collect())
}

pub(super) fn figures() -> Vec<Figure> {
    [burst_figures(), allocators(), reclaims_at_once(), handles()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_crowd_every_subject_answers_and_gives_back() {
        fn check<S: Subject>() {
            let told = burst::<S>(2_000);
            assert!(told.len() == 5 && told.iter().all(|number| *number > 0.0), "{}: {told:?}", S::NAME);
        }
        fn check_at_once<S: Reclaims>() {
            assert!(!reclaim_at_once::<S>(2_000).is_zero(), "{}", S::NAME);
        }
        through_crowds!(check());
        reclaiming_at_once!(check_at_once());
    }
}
