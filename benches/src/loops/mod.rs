//! The loops that are timed, for any subject.

mod crowds;
mod keys;
mod lives;
mod threads;
mod warm;

pub(crate) use crowds::{Burst, allocate_after_boxes, burst, drop_boxes, reclaim_at_once};
pub(crate) use keys::{Keys, OneOwner};
pub(crate) use lives::{Lives, LivesAtOnce, Window, misses};
pub(crate) use warm::Warm;

use std::hint::black_box;

use crate::Subject;
use crate::doc::Object;

/// Calls on each object once.
fn call_each<S: Subject>(subject: &S, objects: &[S::Object]) {
    black_box(objects.iter().fold(0, |sum: u64, object| sum.wrapping_add(subject.call(black_box(object)))));
}

/// Fresh objects in an order that no prefetcher foresees, the same in every run.
fn objects<O: Object>(count: usize, text_len: usize) -> Vec<O> {
    let mut objects: Vec<_> = (0..count as u64).map(|seed| O::create(seed, text_len)).collect();
    shuffle(&mut objects);
    objects
}

fn shuffle<T>(items: &mut [T]) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for last in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(last, (state % (last as u64 + 1)) as usize);
    }
}
