//! What a hit costs by what is remembered.

use super::TEXT_LEN;
use super::hits::hot;
use crate::loops::Warm;
use crate::run::Run;
use crate::subject::Subject;
use crate::subjects::ours::values::*;

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
