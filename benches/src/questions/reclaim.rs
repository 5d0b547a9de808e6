//! From an object's drop until its result is given back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use memo_core::Sweeper;

use crate::doc::{Doc, Object};
use crate::fresh::Figure;
use crate::run::{Run, median};
use crate::subject::Subject;
use crate::subjects::Bare;
use crate::subjects::ours::traced::{self, reclaimed};
use crate::subjects::ours::{arc, in_object};

/// How long one drop may take to be noticed before the question is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// Objects made ready for the calls that miss.
const READY: usize = 1 << 14;

/// Drops of objects with a result each, less nothing: bare objects are among the runs, as `bare`.
pub fn drops() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        Run::of::<S>(|drops| {
            let subject = S::new(1024);
            let (mut taken, mut left) = (Duration::ZERO, drops);
            while left > 0 {
                let objects: Vec<_> = (0..left.min(1024)).map(|seed| S::Object::create(seed, 0)).collect();
                objects.iter().for_each(|object| _ = subject.call(object));
                left -= objects.len() as u64;
                let start = Instant::now();
                drop(objects);
                taken += start.elapsed();
            }
            taken
        })
    }
    vec![run::<Bare>(), run::<in_object::Lent>(), run::<in_object::Cloned>(), run::<arc::Lent>(), run::<arc::Cloned>()]
}

/// How one way of giving back did.
#[derive(Debug, Clone)]
pub struct Reclaimed {
    /// Which way.
    pub way: &'static str,
    /// Memo calls until then: the median and the most of the trials. None for a way that needs no calls.
    pub calls: Option<(f64, f64)>,
    /// Nanoseconds until then, median and most. Infinite where it was given up.
    pub time: (f64, f64),
}

/// Of one `Arc` object that is dropped beside `living` others with results.
pub fn reclaims(living: u64) -> Vec<Reclaimed> {
    figures()
        .iter()
        .map(|figure| {
            let [calls, most_calls, time, most_time] = figure.take(living)[..] else {
                panic!("{} is told in four numbers", figure.column)
            };
            let calls = (most_calls > 0.0).then_some((calls, most_calls));
            Reclaimed { way: figure.column, calls, time: (time, most_time) }
        })
        .collect()
}

pub(super) fn figures() -> Vec<Figure> {
    let figure = |way, take| Figure::new("reclaim", way, way, take);
    vec![
        figure("calls that hit", |living| trials(living, 21, until_hits)),
        figure("calls that miss", |living| trials(living, 21, until_misses)),
        figure("sweep()", |living| trials(living, 21, until_sweep)),
        figure("a Sweeper every 1 ms", |living| {
            let _sweeper = Sweeper::every(Duration::from_millis(1));
            trials(living, 21, until_sweeper)
        }),
    ]
}

/// Calls made and time taken until the victim's result was gone.
type Trial = (u64, Duration);

fn trials(living: u64, count: usize, trial: fn(&[Arc<Doc>], u64) -> Trial) -> Vec<f64> {
    let living: Vec<Arc<Doc>> = (0..living).map(|seed| Object::create(seed, 0)).collect();
    living.iter().for_each(|doc| _ = traced::lent(doc));
    let (mut calls, mut times) = (Vec::new(), Vec::new());
    for _ in 0..count {
        memo_core::sweep();
        let victim: Arc<Doc> = Object::create(0, 0);
        traced::lent(&victim);
        let before = reclaimed();
        drop(victim);
        let (made, taken) = trial(&living, before);
        calls.push(made as f64);
        times.push(if reclaimed() > before { taken.as_secs_f64() * 1e9 } else { f64::INFINITY });
    }
    let most = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
    let (most_calls, most_time) = (most(&calls), most(&times));
    vec![median(calls), most_calls, median(times), most_time]
}

fn until_hits(living: &[Arc<Doc>], before: u64) -> Trial {
    let start = Instant::now();
    let (mut calls, mut round) = (0, living.iter().cycle());
    while reclaimed() == before && start.elapsed() < PATIENCE {
        // The clock costs more than a hit: it is asked once for many.
        for _ in 0..1024 {
            calls += 1;
            traced::lent(round.next().expect("some are alive"));
            if reclaimed() > before {
                break;
            }
        }
    }
    (calls, start.elapsed())
}

fn until_misses(_living: &[Arc<Doc>], before: u64) -> Trial {
    let fresh: Vec<Arc<Doc>> = (0..READY as u64).map(|seed| Object::create(seed, 0)).collect();
    let start = Instant::now();
    for (calls, doc) in fresh.iter().enumerate() {
        if reclaimed() > before {
            return (calls as u64, start.elapsed());
        }
        traced::lent(doc);
    }
    (READY as u64, start.elapsed())
}

fn until_sweep(_living: &[Arc<Doc>], _before: u64) -> Trial {
    let start = Instant::now();
    memo_core::sweep();
    (0, start.elapsed())
}

fn until_sweeper(_living: &[Arc<Doc>], before: u64) -> Trial {
    let start = Instant::now();
    while reclaimed() == before && start.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    (0, start.elapsed())
}
