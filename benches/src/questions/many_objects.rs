//! What a hit costs by how many objects there are, up to more than a process should hold twice.

use std::time::Duration;

use crate::fresh::Figure;
use crate::loops::Warm;
use crate::run::{Run, medians};
use crate::subject::Subject;
use crate::subjects::with_many_objects;

/// Nanoseconds of a hit on the given number of objects without texts, one number. One subject in one process.
pub fn hits_by_objects() -> Vec<Figure> {
    fn figure<S: Subject + 'static>() -> Figure {
        Figure::of::<S>("objects", |objects| {
            let (mut done, warm) = (0, Warm::<S>::new(objects as usize, 0));
            let run = Run::of::<S>(move |hits| {
                // From where the last sample ended: its objects may be in a cache.
                let from = done;
                done += hits;
                warm.hits(from, hits)
            });
            medians(vec![run], 15, Duration::from_millis(4)).iter().map(|(_, time)| *time).collect()
        })
    }
    with_many_objects!(figure())
}
