//! How what a call costs grows: with how many objects there are, how many memos one object has, how many objects a call
//! names, and how large they are. Each beside a bare hash table that is asked the same. With extra keys: see `keys`.

use std::rc::Rc;
use std::time::Duration;

use super::hits::hot;
use crate::fresh::Figure;
use crate::loops::{Warm, misses as first_calls};
use crate::run::{Medians, Run, median, medians};
use crate::subject::Subject;
use crate::subjects::by_hand::MapInRefCell;
use crate::subjects::by_key::{MemosOfMap, TupleMap};
use crate::subjects::ours::{
    Arc8, Arc30, Arc100, ArcCloned, ArcLent, Own8, Own30, Own100, Own1000, OwnCloned, OwnLent, eight, five, four,
    seven, six, three, two,
};
use crate::subjects::{by_argument_size, with_many_objects};

/// Nanoseconds of a hit on the given number of objects without texts, two numbers: as many hits at once as the processor can, and each
/// after the one before has returned. One subject in one process.
pub fn hits_by_objects() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("objects", |objects| {
            free_and_in_turn(Warm::<S>::new(objects as usize, 0), Warm::hits, Warm::hits_in_turn)
        })
    }
    with_many_objects!(figure())
}

/// What hits take that are let run into each other, and what they take in turn.
pub(super) fn free_and_in_turn<W: 'static>(
    warm: W,
    free: fn(&W, u64, u64) -> Duration,
    in_turn: fn(&W, u64, u64) -> Duration,
) -> Vec<f64> {
    let warm = Rc::new(warm);
    let run = |name, hits: fn(&W, u64, u64) -> Duration| {
        let (mut done, warm) = (0, Rc::clone(&warm));
        Run::named(name, name, move |count| {
            // From where the last sample ended: what it asked for may be in a cache.
            let from = done;
            done += count;
            hits(&warm, from, count)
        })
    };
    let runs = vec![run("free", free), run("in turn", in_turn)];
    medians(runs, 15, Duration::from_millis(4)).iter().map(|(_, time)| *time).collect()
}

/// Nanoseconds of a first call, the mean over the given number of objects, which come one after the other. One subject in one
/// process, in which many objects come once: what their table grows by is in it.
pub fn misses_by_objects() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("misses by objects", |objects| {
            let passes = if objects < 10_000 { 21 } else { 1 };
            let calls = objects * 2_000u64.div_ceil(objects);
            let pass = |_| first_calls::<S>(objects as usize, 0, calls).as_secs_f64() * 1e9 / calls as f64;
            vec![median((0..passes).map(pass).collect())]
        })
    }
    with_many_objects!(figure())
}

pub(super) fn figures() -> Vec<Figure> {
    [hits_by_objects(), misses_by_objects()].concat()
}

/// `run::<S>()` for ours by reference with one memo on an object and with many, each asked in turn, beside one table; and how many
/// memos. Through an `Arc` a hundred at the most.
macro_rules! by_memos {
    ($run:ident) => {
        [
            (1, vec![$run::<OwnLent>(), $run::<ArcLent>(), $run::<MemosOfMap<1>>()]),
            (8, vec![$run::<Own8>(), $run::<Arc8>(), $run::<MemosOfMap<8>>()]),
            (30, vec![$run::<Own30>(), $run::<Arc30>(), $run::<MemosOfMap<30>>()]),
            (100, vec![$run::<Own100>(), $run::<Arc100>(), $run::<MemosOfMap<100>>()]),
            (1000, vec![$run::<Own1000>(), $run::<MemosOfMap<1000>>()]),
        ]
    };
}

/// Hits on one object.
pub fn hits_in_a_crowd() -> [(usize, Vec<Run>); 5] {
    by_memos!(hot)
}

/// First calls, of each memo on each of 64 objects.
pub fn first_calls_in_a_crowd() -> [(usize, Vec<Run>); 5] {
    fn run<S: Subject + 'static>() -> Run {
        Run::of::<S>(|misses| first_calls::<S>(64, 0, misses))
    }
    by_memos!(run)
}

/// `run::<S>()` for ours with so many objects as arguments, beside a table keyed by all of them.
macro_rules! by_weak_arguments {
    ($run:ident) => {
        [
            vec![$run::<OwnLent>(), $run::<OwnCloned>(), $run::<ArcLent>(), $run::<ArcCloned>(), $run::<MapInRefCell>()],
            by_weak_arguments!($run: two, 2),
            by_weak_arguments!($run: three, 3),
            by_weak_arguments!($run: four, 4),
            by_weak_arguments!($run: five, 5),
            by_weak_arguments!($run: six, 6),
            by_weak_arguments!($run: seven, 7),
            by_weak_arguments!($run: eight, 8),
        ]
    };
    ($run:ident: $count:ident, $number:literal) => {
        vec![
            $run::<$count::OwnLent>(),
            $run::<$count::OwnCloned>(),
            $run::<$count::ArcLent>(),
            $run::<$count::ArcCloned>(),
            $run::<TupleMap<$number>>(),
        ]
    };
}

/// Hits by how many objects a call names, from one to eight; 256 calls in turn, each of objects of its own.
pub fn hits_by_weak_arguments() -> [Vec<Run>; 8] {
    fn run<S: Subject + 'static>() -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(256, 0)).hits(0, hits))
    }
    by_weak_arguments!(run)
}

/// First calls by how many objects a call names, from one to eight.
pub fn misses_by_weak_arguments() -> [Vec<Run>; 8] {
    fn run<S: Subject + 'static>() -> Run {
        Run::of::<S>(|misses| first_calls::<S>(256, 0, misses))
    }
    by_weak_arguments!(run)
}

/// Hits on eight objects in turn with texts of `text_len` bytes each, one thread.
pub fn hits_by_argument_size(text_len: usize) -> Vec<Run> {
    fn run<S: Subject + 'static>(text_len: usize) -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(8, text_len)).hits(0, hits))
    }
    by_argument_size!(run(text_len))
}

/// Nanoseconds of a first call on 64 objects with texts of `text_len` bytes: medians of `rounds` samples, taken in turn.
pub fn misses_by_argument_size(text_len: usize, rounds: usize) -> Medians {
    const BATCH: u64 = 64;
    type Sample = fn(usize) -> Duration;
    fn sample<S: Subject + 'static>() -> (&'static str, Sample) {
        (S::COLUMN, |text_len| first_calls::<S>(BATCH as usize, text_len, BATCH))
    }
    let subjects = by_argument_size!(sample());
    let mut samples = vec![Vec::with_capacity(rounds); subjects.len()];
    for _ in 0..rounds {
        for ((_, sample), samples) in subjects.iter().zip(&mut samples) {
            samples.push(sample(text_len).as_secs_f64() * 1e9 / BATCH as f64);
        }
    }
    subjects.iter().zip(samples).map(|((column, _), samples)| (*column, median(samples))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{DERIVED, Object as _};

    #[test]
    fn a_call_of_several_objects_is_remembered_by_all_of_them() {
        fn check<S: Subject>() {
            let subject = S::new(100);
            let objects: Vec<_> = (0..50).map(|seed| S::Object::create(seed, 0)).collect();
            let before = DERIVED.get();
            for _ in 0..2 {
                objects.iter().for_each(|object| _ = subject.call(object));
                assert_eq!(DERIVED.get() - before, 50, "{}", S::NAME);
            }
        }
        by_weak_arguments!(check);
    }
}
