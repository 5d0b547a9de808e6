//! Extra keys of one object: what a hit costs by how many there are, and what calls cost that add one or evict one.

use super::growth::free_and_in_turn;
use crate::fresh::Figure;
use crate::loops::{Evictions, Keys, OneOwner, Spread, insertions};
use crate::run::{Run, median};
use crate::subject::{Keyed, SharedKeyed};
use crate::subjects::{
    with_capacity, with_extra_key, with_extra_key_on_several_threads, with_many_keys,
    with_many_keys_on_several_threads, with_names_by_key, with_names_by_key_on_several_threads,
};

/// Room for how many, where there is a bound: that of the memos in `ours::keyed`.
pub(super) const ROOM: usize = 1_000;

/// How many entries a memo of ours holds unless told otherwise.
const BY_DEFAULT: usize = 1_024;

fn among<K: Keyed + 'static>(count: usize) -> Run {
    let (mut keys, mut done) = (None, 0);
    Run::named(K::NAME, K::COLUMN, move |hits| {
        // From where the last sample ended: its keys may be in a cache.
        let from = done;
        done += hits;
        keys.get_or_insert_with(|| Keys::<K>::new(count)).hits(from, hits)
    })
}

fn among_on_threads<K: SharedKeyed + 'static>(threads: u32, count: usize) -> Run {
    let (mut keys, mut done) = (None, 0);
    Run::named(K::NAME, K::COLUMN, move |hits| {
        let from = done;
        done += hits;
        keys.get_or_insert_with(|| Keys::<K>::new(count)).contended_hits(threads, from, hits)
    })
}

/// Hits on one object with `count` extra keys in turn, one thread. Ours have the bound that a memo has by itself, as far as it reaches.
pub fn hits_on_one_owner(count: usize) -> Vec<Run> {
    if count <= BY_DEFAULT { with_extra_key!(among(count)) } else { with_many_keys!(among(count)) }
}

/// The same by `threads` threads at once, all on this object and these keys. The time is one thread's own.
pub fn contended_hits_on_one_owner(threads: u32, count: usize) -> Vec<Run> {
    if count <= BY_DEFAULT {
        with_extra_key_on_several_threads!(among_on_threads(threads, count))
    } else {
        with_many_keys_on_several_threads!(among_on_threads(threads, count))
    }
}

/// The same without a start in common and without warming: exactly so many hits on each thread.
pub fn exact_hits_on_one_owner(threads: u32, count: usize) -> Vec<Run> {
    fn exact<K: SharedKeyed + 'static>(threads: u32, count: usize) -> Run {
        Run::named(K::NAME, K::COLUMN, move |hits| Keys::<K>::new(count).exact_hits(threads, hits))
    }
    with_extra_key_on_several_threads!(exact(threads, count))
}

/// Hits on one object with `count` extra keys in turn, each of a `String`; one thread. By reference it is read in place.
pub fn hits_on_names(count: usize) -> Vec<Run> {
    with_names_by_key!(among(count))
}

/// The same by `threads` threads at once.
pub fn contended_hits_on_names(threads: u32, count: usize) -> Vec<Run> {
    with_names_by_key_on_several_threads!(among_on_threads(threads, count))
}

/// Calls with a new key each on an object that has as many results as there is room for.
pub fn evictions() -> Vec<Run> {
    fn run<K: Keyed + 'static>() -> Run {
        let mut evictions = None;
        Run::named(K::NAME, K::COLUMN, move |calls| {
            evictions.get_or_insert_with(|| Evictions::<K>::new(ROOM)).evict(calls)
        })
    }
    with_capacity!(run())
}

/// Nanoseconds of a hit on one object with the given number of extra keys, two numbers: as many hits at once as the processor can,
/// and each after the one before has returned. One subject in one process.
pub fn hits_by_keys() -> Vec<Figure> {
    fn figure<K: Keyed + 'static>() -> Figure {
        Figure::new("keys", K::NAME, K::COLUMN, |count| {
            free_and_in_turn(Keys::<K>::new(count as usize), Keys::hits, Keys::hits_in_turn)
        })
    }
    with_many_keys!(figure())
}

/// Nanoseconds of a first call, the mean over the given number of extra keys, which one object gets one after the other.
pub fn misses_by_keys() -> Vec<Figure> {
    fn figure<K: Keyed + 'static>() -> Figure {
        Figure::new("misses by keys", K::NAME, K::COLUMN, |count| {
            let of_each = || {
                let (taken, calls) = insertions::<K>(count as usize);
                taken.as_secs_f64() * 1e9 / calls as f64
            };
            let passes = 100_000u64.div_ceil(count).min(21);
            vec![median((0..passes).map(|_| of_each()).collect())]
        })
    }
    with_many_keys!(figure())
}

/// How many calls are timed one by one.
const ONE_BY_ONE: u32 = 200_000;

/// Nanoseconds of calls that each add an extra key to one object, 200,000 in all: the median, and the worst. Once in a process: the stores
/// of the macros keep the size that they once grew to.
pub fn growing() -> Vec<Figure> {
    fn figure<K: Keyed + 'static>() -> Figure {
        Figure::new("growing", K::NAME, K::COLUMN, |_| median_and_worst(OneOwner::<K>::grow(ONE_BY_ONE)))
    }
    with_many_keys!(figure())
}

/// The same of calls that each evict another key's result.
pub fn evicting() -> Vec<Figure> {
    fn figure<K: Keyed + 'static>() -> Figure {
        Figure::new("evicting", K::NAME, K::COLUMN, |_| {
            median_and_worst(Evictions::<K>::new(ROOM).evict_one_by_one(ONE_BY_ONE.into()))
        })
    }
    with_capacity!(figure())
}

fn median_and_worst(spread: Spread) -> Vec<f64> {
    vec![spread.median, spread.worst]
}

pub(super) fn figures() -> Vec<Figure> {
    [hits_by_keys(), misses_by_keys(), growing(), evicting()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::DERIVED_FOR;

    #[test]
    fn each_of_a_thousand_keys_is_remembered() {
        let _alone = crate::alone();
        fn check<K: Keyed>() {
            let keys = Keys::<K>::new(1_000);
            let before = DERIVED_FOR.get();
            keys.hits(0, 5_000);
            assert_eq!(DERIVED_FOR.get(), before, "{}", K::NAME);
        }
        with_extra_key!(check());
        with_many_keys!(check());
        with_names_by_key!(check());
    }

    #[test]
    fn every_call_with_a_new_key_computes_and_evicts() {
        let _alone = crate::alone();
        fn check<K: Keyed>() {
            let mut evictions = Evictions::<K>::new(ROOM);
            let before = DERIVED_FOR.get();
            evictions.evict(500);
            assert!(evictions.evict_one_by_one(500).worst > 0.0, "{}", K::NAME);
            assert_eq!(DERIVED_FOR.get() - before, 1_000, "{}", K::NAME);
        }
        with_capacity!(check());
    }

    #[test]
    fn first_calls_compute_once_for_each_key() {
        let _alone = crate::alone();
        fn check<K: Keyed>() {
            for count in [1, 10, 2_000] {
                let before = DERIVED_FOR.get();
                let (_, calls) = insertions::<K>(count);
                assert_eq!(DERIVED_FOR.get() - before, calls as u64, "{}", K::NAME);
            }
        }
        with_many_keys!(check());
    }
}
