//! What a hit costs, by how many objects and threads there are, and by what is remembered.

use crate::loops::Warm;
use crate::run::Run;
use crate::subject::{Keyed, Shared, Subject, Wide};
use crate::subjects::ours::{
    ArcName, ArcNameLent, ArcPair, ArcPairLent, ArcQuad, ArcQuadLent, OwnName, OwnNameLent, OwnPair, OwnPairLent,
    OwnQuad, OwnQuadLent, RcName, RcNameLent, RcPair, RcPairLent, RcQuad, RcQuadLent,
};
use crate::subjects::{
    on_one_thread, on_several_threads, with_extra_key, with_many_objects, with_many_objects_on_several_threads,
};

/// Bytes of text in an object, for the deep keys to hash.
const TEXT_LEN: usize = 1024;

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
    on_one_thread!(hot())
}

pub(super) fn hot<S: Subject + 'static>() -> Run {
    let mut warm = None;
    Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(1, TEXT_LEN)).hot_hits(hits))
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
    fn run<K: Keyed + 'static>(objects: usize) -> Run {
        let mut warm = None;
        Run::of::<Wide<K>>(move |hits| warm.get_or_insert_with(|| Warm::<Wide<K>>::new(objects, 0)).hits(0, hits))
    }
    with_extra_key!(run(objects))
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

/// The same where each thread has objects of its own, `objects` in all.
pub fn contended_hits_apart(threads: u32, objects: usize) -> Vec<Run> {
    on_several_threads!(apart(threads, objects, TEXT_LEN))
}

/// The same without texts, for more objects than the caches of the machine hold.
pub fn contended_hits_on_many(threads: u32, objects: usize) -> Vec<Run> {
    with_many_objects_on_several_threads!(apart(threads, objects, 0))
}

fn apart<S: Shared + 'static>(threads: u32, objects: usize, text_len: usize) -> Run {
    let (mut warm, mut done) = (None, 0);
    Run::of::<S>(move |hits| {
        let from = done;
        done += hits;
        let warm = warm.get_or_insert_with(|| Warm::<S>::new(objects, text_len));
        warm.contended_hits_apart(threads, from, hits)
    })
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

/// `run::<S>()` for each owner, by reference and by clone, of each kind of value.
macro_rules! each_kind {
    ($run:ident) => {
        [
            (
                Value::Pair,
                vec![
                    $run::<OwnPairLent>(),
                    $run::<OwnPair>(),
                    $run::<ArcPairLent>(),
                    $run::<ArcPair>(),
                    $run::<RcPairLent>(),
                    $run::<RcPair>(),
                ],
            ),
            (
                Value::Quad,
                vec![
                    $run::<OwnQuadLent>(),
                    $run::<OwnQuad>(),
                    $run::<ArcQuadLent>(),
                    $run::<ArcQuad>(),
                    $run::<RcQuadLent>(),
                    $run::<RcQuad>(),
                ],
            ),
            (
                Value::Name,
                vec![
                    $run::<OwnNameLent>(),
                    $run::<OwnName>(),
                    $run::<ArcNameLent>(),
                    $run::<ArcName>(),
                    $run::<RcNameLent>(),
                    $run::<RcName>(),
                ],
            ),
        ]
    };
}

/// Hits of ours on 1,024 objects for values of each kind, by reference and by clone.
pub fn hits_for_values() -> [(Value, Vec<Run>); 3] {
    fn run<S: Subject + 'static>() -> Run {
        let mut warm = None;
        Run::of::<S>(move |hits| warm.get_or_insert_with(|| Warm::<S>::new(1024, TEXT_LEN)).hits(0, hits))
    }
    each_kind!(run)
}

/// The same on one object.
pub fn hot_hits_for_values() -> [(Value, Vec<Run>); 3] {
    each_kind!(hot)
}
