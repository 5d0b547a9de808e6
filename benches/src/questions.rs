//! The questions, each put to every subject that can answer it.
//!
//! The public functions are not generic on purpose: the timed loops are compiled into this crate, where the memoized
//! functions are, as a user's loop would be. Instantiated in a bench they would call across crates what a user calls inline.
//! A run makes its objects when it is first used.

use crate::doc::{Doc, Object};
use crate::heap::{self, Bytes, Figure};
use crate::loops::{Lives, Warm, Window, misses as first_calls};
use crate::run::Run;
use crate::subject::{Shared, Subject};
use crate::subjects::ours::{arc, crowd, in_object, large, values};
use crate::subjects::{
    Bare, BareRc, on_one_thread, on_several_threads, through_lives, with_extra_key, with_many_objects,
};

/// Bytes of text in an object, for the deep keys to hash.
const TEXT_LEN: usize = 1024;

/// How many objects go through the window.
pub const CHURNED: u64 = 1_000_000;

/// How many of them are alive at a time.
pub const WINDOW: usize = 1_000;

/// Hits on `objects` objects in turn, one thread.
pub fn hits(objects: usize) -> Vec<Run> {
    fn run<S: Subject + 'static>(objects: usize) -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(objects, TEXT_LEN)).hits(0, hits))
    }
    on_one_thread!(run(objects))
}

/// Hits on one object, one thread.
pub fn hot_hits() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(1, TEXT_LEN)).hot_hits(hits))
    }
    on_one_thread!(run())
}

/// Hits on `objects` objects without texts, more than the caches of the machine hold. Only those subjects whose hit is little
/// more than finding the place.
pub fn hits_on_many(objects: usize) -> Vec<Run> {
    fn run<S: Subject + 'static>(objects: usize) -> Run {
        let (mut warm, mut done) = (None, 0);
        Run::of::<S>(move |hits| {
            // From where the last sample ended: its objects may be in a cache.
            let from = done;
            done += hits;
            warm.get_or_insert_with(|| Warm::<S>::new(objects, 0)).hits(from, hits)
        })
    }
    with_many_objects!(run(objects))
}

/// Hits on `objects` objects in turn with an extra key, of which each object has four; one thread.
pub fn hits_with_extra_key(objects: usize) -> Vec<Run> {
    fn run<S: Subject + 'static>(objects: usize) -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(objects, 0)).hits(0, hits))
    }
    with_extra_key!(run(objects))
}

/// Hits of ours on 1,024 objects for values of one kind, by reference and by clone.
pub fn hits_for_values() -> [(Value, Vec<Run>); 3] {
    fn run<S: Subject + 'static>() -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(1024, TEXT_LEN)).hits(0, hits))
    }
    use values::*;
    [
        (Value::Pair, vec![run::<OwnPairLent>(), run::<OwnPair>(), run::<ArcPairLent>(), run::<ArcPair>()]),
        (Value::Quad, vec![run::<OwnQuadLent>(), run::<OwnQuad>(), run::<ArcQuadLent>(), run::<ArcQuad>()]),
        (Value::Name, vec![run::<OwnNameLent>(), run::<OwnName>(), run::<ArcNameLent>(), run::<ArcName>()]),
    ]
}

/// What a memo of ours remembers where that is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// 16 bytes of plain data.
    Pair,
    /// 32 bytes of plain data.
    Quad,
    /// An `Arc<str>`. By reference its caller clones it, too.
    Name,
}

/// Hits of ours by reference on one object with 1, 8 and 100 memos on it, each memo asked in turn.
pub fn hits_in_a_crowd() -> [Vec<Run>; 3] {
    fn run<S: Subject + 'static>() -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(1, TEXT_LEN)).hot_hits(hits))
    }
    [
        vec![run::<in_object::Lent>(), run::<arc::Lent>()],
        vec![run::<crowd::Own8>(), run::<crowd::Arc8>()],
        vec![run::<crowd::Own100>(), run::<crowd::Arc100>()],
    ]
}

/// Hits on `objects` objects in turn by `threads` threads at once, all on the same objects. The time is one thread's own.
pub fn contended_hits(threads: u32, objects: usize) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32, objects: usize) -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| {
            warm.get_or_insert_with(|| Warm::<S>::new(objects, TEXT_LEN)).contended_hits(threads, hits)
        })
    }
    on_several_threads!(run(threads, objects))
}

/// Hits on one object by `threads` threads at once. The time is one thread's own.
pub fn contended_hot_hits(threads: u32) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32) -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| {
            warm.get_or_insert_with(|| Warm::<S>::new(1, TEXT_LEN)).contended_hot_hits(threads, hits)
        })
    }
    on_several_threads!(run(threads))
}

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

/// Heap per live entry, the anchor or field included and the bare object not. The mean over a doubling of the entries (from
/// 65,536 to 131,072), since tables grow in steps.
pub fn entry_bytes() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("entry", || {
            const FROM: usize = 1 << 16;
            const STEP: usize = 1 << 12;
            const BARE: usize = size_of::<Doc>() + 2 * size_of::<usize>();
            let mut alive = Vec::with_capacity(2 * FROM);
            let mut readings = Vec::with_capacity(FROM / STEP);
            heap::count();
            let subject = S::new(2 * FROM);
            for seed in 0..2 * FROM {
                let object = S::Object::create(seed as u64, 0);
                subject.call(&object);
                alive.push(object);
                if seed >= FROM && seed % STEP == 0 {
                    readings.push((heap::live() as f64 / alive.len() as f64) - BARE as f64);
                }
            }
            let steady = readings.iter().sum::<f64>() / readings.len() as f64;
            Bytes { steady, peak: readings.iter().copied().fold(steady, f64::max) }
        })
    }
    on_one_thread!(figure())
}

/// Heap while [`CHURNED`] objects go through a window of [`WINDOW`]: with the first window alive, and at the peak. The bare
/// objects are in it; their own figure is `bare`.
pub fn churn_bytes() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("churn", || {
            heap::count();
            let mut window = Window::<S>::new(WINDOW);
            window.send(WINDOW as u64);
            let steady = heap::live() as f64;
            heap::restart_peak();
            window.send(CHURNED - WINDOW as u64);
            Bytes { steady, peak: heap::peak() as f64 }
        })
    }
    let mut figures = vec![figure::<Bare>()];
    figures.extend(through_lives!(figure()));
    figures
}

/// Heap of ours while objects of 64 KiB go through a window of 100, beside a million small ones that are alive and remembered:
/// with the first window alive and at the peak, in both the small ones not counted.
pub fn large_bytes() -> Vec<Figure> {
    fn figure<S: Subject + 'static, Small: Subject + 'static>() -> Figure {
        Figure::of::<S>("large", || {
            let _small = Warm::<Small>::new(1_000_000, 0);
            heap::count();
            let mut window = Window::<S>::new(100);
            window.send(100);
            let steady = heap::live() as f64;
            heap::restart_peak();
            window.send(20_000);
            Bytes { steady, peak: heap::peak() as f64 }
        })
    }
    vec![
        figure::<large::OwnLent, in_object::Lent>(),
        figure::<large::OwnCloned, in_object::Cloned>(),
        figure::<large::Lent, arc::Lent>(),
        figure::<large::Cloned, arc::Cloned>(),
    ]
}

/// All figures, for the binary that is started again for one.
pub fn figures() -> Vec<Figure> {
    let mut figures = entry_bytes();
    figures.extend(churn_bytes());
    figures.extend(large_bytes());
    figures
}
