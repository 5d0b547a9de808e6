//! What calls cost that are futures.

use crate::loops::{self, Warm};
use crate::run::Run;
use crate::subject::{Shared, Subject};
use crate::subjects::as_futures;

use super::hits::hot;

/// Hits on one object.
pub fn hot_hits_as_futures() -> Vec<Run> {
    as_futures!(hot())
}

/// Hits on 1,024 objects in turn by `threads` threads at once, all on the same objects. The time is one thread's own.
pub fn hits_as_futures(threads: u32) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32) -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| {
            let warm = warm.get_or_insert_with(|| Warm::<S>::new(1024, 0));
            if threads == 1 { warm.hits(0, hits) } else { warm.contended_hits(threads, hits) }
        })
    }
    as_futures!(run(threads))
}

/// First calls on fresh objects, 1,024 to an emptied store. No body waits.
pub fn misses_as_futures() -> Vec<Run> {
    fn run<S: Subject + 'static>() -> Run {
        Run::of::<S>(|misses| loops::misses::<S>(1024, 0, misses))
    }
    as_futures!(run())
}
