//! The subjects, one small file each, and which of them answer which question.
//!
//! Peers stand at their best: keyed by address, not by content, with the fastest hasher they take (`FxHasher` where nothing
//! else is said). Where the key is a bare address and nothing pins it, the answers would be wrong after a reuse of the
//! address; the file says so. The deep keys, a macro's default, stand beside them.

pub(crate) mod bare;
pub(crate) mod cached;
pub(crate) mod dashmap;
pub(crate) mod field;
pub(crate) mod hash_map;
pub(crate) mod memoize;
pub(crate) mod moka;
pub(crate) mod ours;
pub(crate) mod papaya;
pub(crate) mod quick_cache;
pub(crate) mod weak_table;

pub(crate) use bare::{Bare, BareRc};

/// `run::<S>(..)` for each subject that answers on one thread, in the form that is best there.
macro_rules! on_one_thread {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::in_object::Cloned, ours::in_object::AnchoredLent, ours::arc::Lent, ours::arc::Cloned,
            ours::arc::Local, ours::rc::Lent, ours::rc::Cloned,
            field::Field, hash_map::InRefCell, cached::ByAddress, cached::ConcurrentByAddress, cached::Deep,
            memoize::ByAddress, memoize::Deep, moka::Moka, quick_cache::QuickCache, dashmap::DashMap, papaya::Papaya,
            weak_table::InRefCell
        }
    };
}

/// The same for those that several threads may ask about one object.
macro_rules! on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::in_object::Cloned, ours::arc::Lent, ours::arc::Cloned,
            field::Field, hash_map::InRwLock, cached::ByAddress, cached::ConcurrentByAddress, cached::Deep,
            memoize::ByAddress, memoize::Deep, moka::Moka, quick_cache::QuickCache, dashmap::DashMap, papaya::Papaya,
            weak_table::InRwLock
        }
    };
}

/// The same for those that stay right and bounded while objects come and go: by weakness, by a bound, or by the user's own
/// [`Subject::forget`](crate::Subject::forget). `memoize` by address is none of them: it can only be flushed as a whole.
macro_rules! through_lives {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::in_object::Cloned, ours::arc::Lent, ours::arc::Cloned, ours::arc::Local,
            ours::rc::Lent, ours::rc::Cloned,
            field::Field, hash_map::InRefCell, cached::ByAddress, cached::ConcurrentByAddress, cached::DeepBounded,
            memoize::DeepBounded, moka::Moka, quick_cache::QuickCache, dashmap::DashMap, papaya::Papaya,
            weak_table::InRwLock
        }
    };
}

/// The same for those whose hit is little more than finding the place: on many objects the machine's caches decide.
macro_rules! with_many_objects {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::in_object::Cloned, ours::arc::Lent, ours::arc::Cloned,
            field::Field, hash_map::InRefCell, cached::ByAddress, quick_cache::QuickCache, dashmap::DashMap, papaya::Papaya
        }
    };
}

/// The same for those that take an extra key.
macro_rules! with_extra_key {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::wide::OwnLent, ours::wide::OwnCloned, ours::wide::SharedLent, ours::wide::Shared, ours::wide::Single,
            hash_map::Wide, cached::Wide, dashmap::Wide
        }
    };
}

macro_rules! each {
    ($run:ident $arguments:tt: $($subject:path),*) => {
        { #[allow(unused_imports)] use $crate::subjects::*; vec![$($run::<$subject> $arguments),*] }
    };
}

pub(crate) use {each, on_one_thread, on_several_threads, through_lives, with_extra_key, with_many_objects};

/// How many entries each object has where there is an extra key.
pub(crate) const WIDTHS: u32 = 4;

/// One call for each of them.
fn each_width(call: impl Fn(u32) -> u64) -> u64 {
    (1..=WIDTHS).fold(0, |sum: u64, width| sum.wrapping_add(call(std::hint::black_box(width))))
}
