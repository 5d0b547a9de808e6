//! What a miss costs, an object's life on one thread and on several, its drop, and how long until its result is given back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use memo_core::Sweeper;

use super::WINDOW;
use crate::doc::{Doc, Object};
use crate::fresh::Figure;
use crate::loops::{Lives, LivesAtOnce, Window, misses as first_calls};
use crate::run::{Run, median};
use crate::subject::{Shared, Subject};
use crate::subjects::by_hand::{Bare, BareRc};
use crate::subjects::ours::{ArcCloned, ArcLent, OwnCloned, OwnLent, reclaimed, traced};
use crate::subjects::{on_one_thread, through_lives, through_lives_on_threads};

/// First calls on fresh objects, 1,024 to an emptied store.
pub fn misses() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        Run::of::<S>(|misses| first_calls::<S>(1024, 0, misses))
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

/// Lives on `threads` threads, each with objects of its own; the time is one thread's own. The bare life is among the runs, as
/// `bare`: its threads share the allocator alone.
pub fn lives_on_threads(threads: u32) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32) -> Run {
        let mut lives = None;
        Run::of::<S>(move |count| lives.get_or_insert_with(LivesAtOnce::<S>::new).live(threads, count))
    }
    through_lives_on_threads!(run(threads))
}

/// The same without a start in common and without warming: exactly so many on each thread.
pub fn exact_lives_on_threads(threads: u32) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32) -> Run {
        Run::of::<S>(move |count| LivesAtOnce::<S>::new().live_exactly(threads, count))
    }
    through_lives_on_threads!(run(threads))
}

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
    vec![run::<Bare>(), run::<OwnLent>(), run::<OwnCloned>(), run::<ArcLent>(), run::<ArcCloned>()]
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
    reclaim_figures()
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

pub(super) fn reclaim_figures() -> Vec<Figure> {
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
    living.iter().for_each(|doc| _ = traced(doc));
    let (mut calls, mut times) = (Vec::new(), Vec::new());
    for _ in 0..count {
        memo_core::sweep();
        let victim: Arc<Doc> = Object::create(0, 0);
        traced(&victim);
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
            traced(round.next().expect("some are alive"));
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
        traced(doc);
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
