//! Many objects that die at once.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::one_by_one::{Spread, timed};
use super::{call_each, objects, shuffle};
use crate::Subject;
use crate::doc::{Doc, Object};
use crate::subject::Reclaims;

/// Objects beside the crowd that live on.
const SURVIVORS: usize = 256;
/// Calls that miss, each by a look at the clock, and as many that hit, between two rounds of hits without.
const STRETCH: usize = 32;
/// So long the calls may take together: a subject that takes longer has shown what it does.
const PATIENCE: Duration = Duration::from_secs(5);
/// Hits before the crowd dies, in rounds of all survivors.
const ROUNDS_BEFORE: usize = 200;

/// What came of one crowd's death, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Burst {
    /// The longest call afterwards.
    pub(crate) worst: f64,
    /// Longer than all calls but one of ten thousand.
    pub(crate) high: f64,
    /// A hit on a survivor while the crowd was alive.
    pub(crate) before: f64,
    /// A hit on a survivor after it died.
    pub(crate) meanwhile: f64,
    /// The drop of one of the crowd, with what its user has to do by hand.
    pub(crate) drop: f64,
}

/// A crowd with results, and others.
struct Crowd<S: Subject> {
    subject: S,
    survivors: Vec<S::Object>,
    dying: Vec<S::Object>,
}

impl<S: Subject> Crowd<S> {
    fn new(crowd: usize) -> Self {
        // Room for those that come later, too: where there is a bound, it is not what is asked about.
        let subject = S::new(2 * crowd + SURVIVORS);
        let mut all: Vec<S::Object> = objects(crowd + SURVIVORS, 0);
        call_each(&subject, &all);
        let survivors = all.split_off(crowd);
        Self { subject, survivors, dying: all }
    }

    fn hits(&self) -> Duration {
        let start = Instant::now();
        call_each(&self.subject, &self.survivors);
        start.elapsed()
    }

    fn die(&mut self) -> Duration {
        let dying = std::mem::take(&mut self.dying);
        let start = Instant::now();
        dying.iter().for_each(|object| self.subject.forget(object));
        drop(dying);
        start.elapsed()
    }

    /// Nanoseconds of a call. Nobody else asks, so no call waits for another.
    fn timed(&self, object: &S::Object) -> u64 {
        timed(|| self.subject.call(black_box(object)))
    }
}

/// As many calls as there were objects in the crowd, unless they take too long together; half of them misses on objects that are dropped at once.
pub(crate) fn burst<S: Subject>(count: usize) -> Burst {
    let mut crowd = Crowd::<S>::new(count);
    crowd.hits();
    let before: Duration = (0..ROUNDS_BEFORE).map(|_| crowd.hits()).sum();
    let died = crowd.die();
    let mut times = Vec::with_capacity(count + 2 * STRETCH);
    let (mut meanwhile, mut rounds) = (Duration::ZERO, 0);
    let start = Instant::now();
    while times.len() < count && (rounds == 0 || start.elapsed() < PATIENCE) {
        for turn in 0..STRETCH {
            let object = S::Object::create(times.len() as u64, 0);
            times.push(crowd.timed(&object));
            crowd.subject.forget(&object);
            drop(object);
            times.push(crowd.timed(&crowd.survivors[(rounds * STRETCH + turn) % SURVIVORS]));
        }
        meanwhile += crowd.hits();
        rounds += 1;
    }
    let Spread { high, worst, .. } = Spread::of(times);
    let each = |time: Duration, count: usize| time.as_secs_f64() * 1e9 / count as f64;
    Burst {
        worst,
        high,
        before: each(before, ROUNDS_BEFORE * SURVIVORS),
        meanwhile: each(meanwhile, rounds * SURVIVORS),
        drop: each(died, count),
    }
}

/// Of a crowd that nobody was told of: all of it given back at once.
pub(crate) fn reclaim_at_once<S: Reclaims>(count: usize) -> Duration {
    let mut crowd = Crowd::<S>::new(count);
    drop(std::mem::take(&mut crowd.dying));
    let start = Instant::now();
    crowd.subject.reclaim();
    start.elapsed()
}

/// As many boxes, dropped in the order in which a crowd dies: not that of their addresses.
pub(crate) fn drop_boxes(count: usize) -> Duration {
    let boxes = shuffled_boxes(count);
    let start = Instant::now();
    drop(boxes);
    start.elapsed()
}

/// What the allocator alone does after such a drop: the time of one further allocation, of 4 KiB. Allocators put off what can be put off
/// until one of some size is asked for; in a crowd's calls that comes sooner or later, too.
pub(crate) fn allocate_after_boxes(count: usize) -> Duration {
    drop(shuffled_boxes(count));
    let start = Instant::now();
    drop(black_box(Vec::<u8>::with_capacity(4096)));
    start.elapsed()
}

fn shuffled_boxes(count: usize) -> Vec<impl Sized> {
    let mut boxes: Vec<_> = (0..count as u64).map(|seed| Box::new(Doc::new(seed, 0))).collect();
    shuffle(&mut boxes);
    black_box(boxes)
}
