//! `#[weak_memo]` by itself: `owners`, and one file each for what varies beside the owner.

mod keyed;
mod memos;
pub(super) mod owners;
mod values;
mod watched;
mod weak_arguments;

pub(crate) use keyed::*;
pub(crate) use memos::*;
pub(crate) use owners::*;
pub(crate) use values::*;
pub(crate) use watched::*;
pub(crate) use weak_arguments::*;

/// A subject that is one function of the object. A fresh one begins with a sweep, so that what the question before left in
/// the side table is not in the way.
macro_rules! subject {
    ($subject:ident, $name:literal, $object:ty, |$argument:ident| $call:expr) => {
        $crate::subjects::ours::subject!($subject, $name, column Self::NAME, calls 1, $object, |$argument| $call);
    };
    ($subject:ident, $name:literal, column $column:expr, $object:ty, |$argument:ident| $call:expr) => {
        $crate::subjects::ours::subject!($subject, $name, column $column, calls 1, $object, |$argument| $call);
    };
    ($subject:ident, $name:literal, column $column:expr, calls $calls:expr, $object:ty, |$argument:ident| $call:expr) => {
        #[derive(Debug)]
        pub(crate) struct $subject;

        impl $crate::Subject for $subject {
            const NAME: &'static str = $name;
            const COLUMN: &'static str = $column;
            const CALLS: u64 = $calls;
            type Object = $object;

            fn new(_room: usize) -> Self {
                memo_core::sweep();
                Self
            }

            #[inline(always)]
            fn call(&self, $argument: &$object) -> u64 {
                $call
            }
        }

        impl $crate::subject::Reclaims for $subject {
            fn reclaim(&self) {
                memo_core::sweep();
            }
        }
    };
}

pub(super) use subject;
