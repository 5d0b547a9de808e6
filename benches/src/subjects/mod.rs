//! The subjects, one small file each, and which of them answer which question.
//!
//! Peers stand at their best: keyed by address, not by content, with the fastest hasher they take (`FxHasher` where nothing
//! else is said). Where the key is a bare address and nothing pins it, the answers would be wrong after a reuse of the
//! address; the file says so. The deep keys, a macro's default, stand beside them.

pub(crate) mod bare;
pub(crate) mod cached;
pub(crate) mod cached_keyed;
pub(crate) mod cached_storm;
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

/// The same where several threads ask.
macro_rules! with_many_objects_on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::in_object::Cloned, ours::arc::Lent, ours::arc::Cloned,
            field::Field, hash_map::InRwLock, cached::ByAddress, cached::ConcurrentByAddress, quick_cache::QuickCache,
            dashmap::DashMap, papaya::Papaya
        }
    };
}

/// The same for those that take an extra key, each a [`Keyed`](crate::keyed::Keyed).
macro_rules! with_extra_key {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::keyed::OwnLent, ours::keyed::OwnByDefault, ours::keyed::Lent, ours::keyed::ByDefault,
            ours::keyed::RcByDefault, hash_map::ByKey, cached_keyed::Unbounded, dashmap::ByKey
        }
    };
}

/// The same for those that hold as many keys of one object as come.
macro_rules! with_many_keys {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::keyed::OwnLent, ours::keyed::OwnUnbounded, ours::keyed::Lent, ours::keyed::Unbounded,
            hash_map::ByKey, cached_keyed::Unbounded, moka::ByKey, quick_cache::ByKey, dashmap::ByKey
        }
    };
}

/// The same for those that hold a thousand of them.
macro_rules! with_capacity {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::keyed::OwnBounded, ours::keyed::Bounded, cached_keyed::Bounded, cached_keyed::ConcurrentBounded,
            moka::ByKey, quick_cache::ByKey
        }
    };
}

/// `run::<S>(..)` for each subject that looks at the whole argument, and some that do not.
macro_rules! by_argument_size {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::arc::Lent, ours::arc::Cloned, cached::ByAddress,
            cached::Deep, memoize::Deep, moka::Deep, quick_cache::Deep
        }
    };
}

/// The same for those that let one of many callers compute.
macro_rules! in_a_storm {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::storm::OwnLent, ours::storm::OwnCloned, ours::storm::Lent, ours::storm::Cloned,
            field::Storm, cached_storm::Whole, cached_storm::ByKey, moka::Storm, quick_cache::Storm, dashmap::Storm
        }
    };
}

/// The same for what lets go by weakness, by a bound, or (`cached, deep`, `memoize, deep`) not at all.
macro_rules! over_time {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            bare::Bare, ours::in_object::Lent, ours::arc::Lent, ours::arc::Cloned,
            cached::DeepUnbounded, memoize::DeepUnbounded, cached::DeepBounded, moka::Moka, quick_cache::QuickCache,
            weak_table::InRwLock
        }
    };
}

/// The same for those that stand a crowd's death: by weakness, by a bound with room for all, or by being told of each dead object.
macro_rules! through_crowds {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::in_object::Lent, ours::in_object::Cloned, ours::arc::Lent, ours::arc::Cloned, ours::rc::Lent, ours::rc::Cloned,
            weak_table::InMutex, moka::Moka, quick_cache::QuickCache, dashmap::DashMap
        }
    };
}

/// Those of them that can be asked to give back what is dead, each a [`Reclaims`](crate::subject::Reclaims). In the object,
/// nothing is left to be asked for.
macro_rules! reclaiming_at_once {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::arc::Lent, ours::arc::Cloned, ours::rc::Lent, ours::rc::Cloned,
            weak_table::InMutex, moka::Moka, quick_cache::QuickCache, dashmap::DashMap
        }
    };
}

/// `run::<S>(..)` for each subject whose objects several threads make, ask about and drop at once.
macro_rules! through_lives_on_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            bare::Bare, ours::in_object::Lent, ours::in_object::Cloned, ours::arc::Lent, ours::arc::Cloned,
            weak_table::InMutex, dashmap::DashMap, quick_cache::QuickCache
        }
    };
}

macro_rules! each {
    ($run:ident $arguments:tt: $($subject:path),*) => {
        { #[allow(unused_imports)] use $crate::subjects::*; vec![$($run::<$subject> $arguments),*] }
    };
}

pub(crate) use {
    by_argument_size, each, in_a_storm, on_one_thread, on_several_threads, over_time, reclaiming_at_once,
    through_crowds, through_lives, through_lives_on_threads, with_capacity, with_extra_key, with_many_keys,
    with_many_objects, with_many_objects_on_several_threads,
};
