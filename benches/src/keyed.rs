//! Subjects that take an extra key beside the object.

use std::hint::black_box;

use crate::Subject;
use crate::doc::Object;

/// One way to remember a `u64` derived from an object and one more number.
pub(crate) trait Keyed {
    /// Which one, in full.
    const NAME: &'static str;

    /// The column of the report.
    const COLUMN: &'static str = Self::NAME;

    /// What the value is derived from, with the key.
    type Object: Object;

    /// An empty store. One that bounds itself at run time makes room for `room` entries.
    fn new(room: usize) -> Self;

    /// The remembered value.
    fn call(&self, object: &Self::Object, key: u32) -> u64;
}

/// How many entries each object of [`Wide`] has.
pub(crate) const WIDTHS: u32 = 4;

/// A call with each of [`WIDTHS`] keys.
#[derive(Debug)]
pub(crate) struct Wide<K>(K);

impl<K: Keyed> Subject for Wide<K> {
    const NAME: &'static str = K::NAME;
    const COLUMN: &'static str = K::COLUMN;
    const CALLS: u64 = WIDTHS as u64;
    type Object = K::Object;

    fn new(room: usize) -> Self {
        Self(K::new(room * WIDTHS as usize))
    }

    #[inline(always)]
    fn call(&self, object: &K::Object) -> u64 {
        (1..=WIDTHS).fold(0, |sum: u64, width| sum.wrapping_add(self.0.call(object, black_box(width))))
    }
}
