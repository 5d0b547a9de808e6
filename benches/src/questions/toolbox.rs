//! The weak maps beside `weak-table`, alone and in a lock; the interner beside `internment` and `ustr`.

use std::sync::{Arc, Weak};

use memo_core::weak::{Interner, WeakKeyMap, unsync};

use crate::doc::{Doc, Object as _};
use crate::loops::{self, Known, Words};
use crate::run::Run;
use crate::subjects::toolbox::{ArcIntern, Locked, SharedWeakMap, Strings, Ustr, WeakMap};

type Ours = WeakKeyMap<Arc<Doc>, u64>;
type OursAlone = unsync::WeakKeyMap<Arc<Doc>, u64>;
type Alone = weak_table::PtrWeakKeyHashMap<Weak<Doc>, u64, rustc_hash::FxBuildHasher>;

/// Of each map.
macro_rules! of_maps {
    ($run:ident $(($($argument:expr),*))?) => {
        vec![
            $run::<OursAlone>($($($argument),*)?),
            $run::<Alone>($($($argument),*)?),
            $run::<Ours>($($($argument),*)?),
            $run::<Locked>($($($argument),*)?),
        ]
    };
}

/// Puts 1,000 objects into an empty map, or 100,000.
pub fn weak_map_inserts(count: usize) -> Vec<Run> {
    fn run<M: WeakMap>(count: usize) -> Run {
        let mut all = None;
        Run::named(M::NAME, M::NAME, move |inserts| {
            let all = all.get_or_insert_with(|| (0..count as u64).map(|seed| Arc::create(seed, 0)).collect::<Vec<_>>());
            loops::inserts::<M>(all, inserts)
        })
    }
    of_maps!(run(count))
}

/// Look-ups among 1,024 objects.
pub fn weak_map_hits() -> Vec<Run> {
    fn run<M: WeakMap + 'static>() -> Run {
        let mut known = None;
        Run::named(M::NAME, M::NAME, move |hits| known.get_or_insert_with(|| Known::<M>::new(1024)).hits(hits))
    }
    of_maps!(run())
}

/// The same on two threads.
pub fn contended_weak_map_hits() -> Vec<Run> {
    fn run<M: SharedWeakMap + 'static>() -> Run {
        let mut known = None;
        Run::named(M::NAME, M::NAME, move |hits| {
            known.get_or_insert_with(|| Known::<M>::new(1024)).contended_hits(hits)
        })
    }
    vec![run::<Ours>(), run::<Locked>()]
}

/// Goes over 10,000 entries, with a strong handle of each.
pub fn weak_map_iterations() -> Vec<Run> {
    fn run<M: WeakMap + 'static>() -> Run {
        let mut known = None;
        Run::named(M::NAME, M::NAME, move |entries| known.get_or_insert_with(|| Known::<M>::new(10_000)).sums(entries))
    }
    of_maps!(run())
}

/// Objects through a window of a thousand, each put in.
pub fn weak_map_churn() -> Vec<Run> {
    fn run<M: WeakMap + 'static>() -> Run {
        let mut map = M::new();
        Run::named(M::NAME, M::NAME, move |operations| loops::churn(&mut map, operations))
    }
    of_maps!(run())
}

/// The same on two threads, each with a window of its own and one map for both.
pub fn contended_weak_map_churn() -> Vec<Run> {
    fn run<M: SharedWeakMap + 'static>() -> Run {
        let map = M::new();
        Run::named(M::NAME, M::NAME, move |operations| loops::contended_churn(&map, operations))
    }
    vec![run::<Ours>(), run::<Locked>()]
}

/// A crowd that dies, and is swept.
pub fn weak_map_deaths() -> Vec<Run> {
    fn run<M: WeakMap + 'static>() -> Run {
        Run::named(M::NAME, M::NAME, loops::deaths::<M>)
    }
    of_maps!(run())
}

/// Of each interner.
macro_rules! of_interners {
    ($ask:ident) => {{
        fn run<S: Strings + 'static>() -> Run {
            let mut words = None;
            Run::named(S::NAME, S::NAME, move |operations| words.get_or_insert_with(Words::<S>::new).$ask(operations))
        }
        vec![run::<Interner<str>>(), run::<ArcIntern>(), run::<Ustr>()]
    }};
}

/// A string of 20 bytes that is there, of 1,024, and the handle dropped.
pub fn interner_hits() -> Vec<Run> {
    of_interners!(hits)
}

/// The same on two threads.
pub fn contended_interner_hits() -> Vec<Run> {
    of_interners!(contended_hits)
}

/// A string that nobody has, and is let go at once.
pub fn interner_lives() -> Vec<Run> {
    of_interners!(lives)
}
