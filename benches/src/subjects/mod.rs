//! The subjects, and which of them answer which question.
//!
//! Each peer is set up the way that makes it fastest: keyed by address, not by content, with the fastest hasher they take (`FxHasher` where nothing
//! else is said). Where the key is a bare address and nothing pins it, the answers would be wrong after a reuse of the
//! address; its file says so. The deep keys, a macro's default, stand beside them.

pub(crate) mod bounded;
pub(crate) mod by_hand;
pub(crate) mod by_key;
pub(crate) mod cached;
pub(crate) mod futures;
pub(crate) mod maps;
pub(crate) mod memoize;
pub(crate) mod ours;
pub(crate) mod toolbox;
pub(crate) mod weak_table;

/// `run::<S>(..)` for each subject that answers on one thread, in the form that is best there.
macro_rules! on_one_thread {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::OwnCloned, ours::AnchoredLent, ours::ArcLent, ours::ArcCloned,
            ours::ArcLocal, ours::RcLent, ours::RcCloned,
            by_hand::Field, by_hand::MapInRefCell, cached::ByAddress, cached::ConcurrentByAddress, cached::Deep,
            memoize::ByAddress, memoize::Deep, bounded::Moka, bounded::QuickCache, maps::DashMap, maps::Papaya,
            weak_table::InRefCell
        }
    };
}

/// The same for those that several threads may ask about one object.
macro_rules! on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::OwnCloned, ours::ArcLent, ours::ArcCloned,
            by_hand::Field, by_hand::MapInRwLock, cached::ByAddress, cached::ConcurrentByAddress, cached::Deep,
            memoize::ByAddress, memoize::Deep, bounded::Moka, bounded::QuickCache, maps::DashMap, maps::Papaya,
            weak_table::InRwLock
        }
    };
}

/// The same for those that stay right and bounded while objects come and go: by weakness, by a bound, or by the user's own
/// [`Subject::forget`](crate::Subject::forget). `memoize` by address is none of them: it can only be flushed as a whole.
macro_rules! through_lives {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::OwnCloned, ours::ArcLent, ours::ArcCloned, ours::ArcLocal,
            ours::RcLent, ours::RcCloned,
            by_hand::Field, by_hand::MapInRefCell, cached::ByAddress, cached::ConcurrentByAddress, cached::DeepBounded,
            memoize::DeepBounded, bounded::Moka, bounded::QuickCache, maps::DashMap, maps::Papaya,
            weak_table::InRwLock
        }
    };
}

/// The same for those whose hit is little more than finding the place: on many objects the machine's caches decide.
macro_rules! with_many_objects {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::OwnCloned, ours::ArcLent, ours::ArcCloned,
            by_hand::Field, by_hand::MapInRefCell, cached::ByAddress, bounded::QuickCache, maps::DashMap, maps::Papaya
        }
    };
}

/// The same where several threads ask.
macro_rules! with_many_objects_on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::OwnCloned, ours::ArcLent, ours::ArcCloned,
            by_hand::Field, by_hand::MapInRwLock, cached::ByAddress, cached::ConcurrentByAddress, bounded::QuickCache,
            maps::DashMap, maps::Papaya
        }
    };
}

/// The same for those that take an extra key, each a [`Keyed`](crate::subject::Keyed); ours with the bound that a memo has by itself.
macro_rules! with_extra_key {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLentByKey, ours::OwnByDefault, ours::ArcLentByKey, ours::ByDefault,
            ours::RcByDefault, by_key::Map<u64>, by_key::Unbounded, by_key::ConcurrentUnbounded,
            by_key::QuickCache<u64>, by_key::DashMap<u64>
        }
    };
}

/// The same for those that several threads may ask about one object.
macro_rules! with_extra_key_on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLentByKey, ours::OwnByDefault, ours::ArcLentByKey, ours::ByDefault,
            by_key::MapInRwLock<u64>, by_key::Unbounded, by_key::ConcurrentUnbounded,
            by_key::QuickCache<u64>, by_key::DashMap<u64>
        }
    };
}

/// The same for those that hold as many keys of one object as come.
macro_rules! with_many_keys {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLentByKey, ours::OwnUnbounded, ours::ArcLentByKey, ours::Unbounded,
            by_key::Map<u64>, by_key::Unbounded, by_key::ConcurrentUnbounded,
            by_key::Moka, by_key::QuickCache<u64>, by_key::DashMap<u64>
        }
    };
}

/// The same for those of them that several threads may ask.
macro_rules! with_many_keys_on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLentByKey, ours::OwnUnbounded, ours::ArcLentByKey, ours::Unbounded,
            by_key::MapInRwLock<u64>, by_key::Unbounded, by_key::ConcurrentUnbounded,
            by_key::QuickCache<u64>, by_key::DashMap<u64>
        }
    };
}

/// The same for a `String`.
macro_rules! with_names_by_key {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnNamesLent, ours::OwnNames, ours::ArcNamesLent, ours::ArcNames,
            by_key::Map<String>, by_key::Names, by_key::ConcurrentNames,
            by_key::QuickCache<String>, by_key::DashMap<String>
        }
    };
}

/// The same for a `String` that several threads ask for.
macro_rules! with_names_by_key_on_several_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnNamesLent, ours::OwnNames, ours::ArcNamesLent, ours::ArcNames,
            by_key::MapInRwLock<String>, by_key::Names, by_key::ConcurrentNames,
            by_key::QuickCache<String>, by_key::DashMap<String>
        }
    };
}

/// The same for those that hold a thousand of them.
macro_rules! with_capacity {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnBounded, ours::Bounded, by_key::Bounded, by_key::ConcurrentBounded,
            by_key::Moka, by_key::QuickCache<u64>
        }
    };
}

/// `run::<S>(..)` for each subject that looks at the whole argument, and some that do not.
macro_rules! by_argument_size {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::ArcLent, ours::ArcCloned, by_hand::MapInRefCell, cached::ByAddress,
            cached::Deep, memoize::Deep, bounded::MokaDeep, bounded::QuickCacheDeep
        }
    };
}

/// The same for those that let one of many callers compute.
macro_rules! in_a_storm {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLentStorm, ours::OwnClonedStorm, ours::ArcLentStorm, ours::ArcClonedStorm,
            by_hand::FieldStorm, cached::Whole, cached::ByKey, bounded::MokaStorm, bounded::QuickCacheStorm, maps::DashMapStorm
        }
    };
}

/// The same for what lets go by weakness, by a bound, or (`cached, deep`, `memoize, deep`) not at all.
macro_rules! over_time {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            by_hand::Bare, ours::OwnLent, ours::ArcLent, ours::ArcCloned,
            cached::DeepUnbounded, memoize::DeepUnbounded, cached::DeepBounded, bounded::Moka, bounded::QuickCache,
            weak_table::InRwLock
        }
    };
}

/// The same for those that stand a crowd's death: by weakness, by a bound with room for all, or by being told of each dead object.
macro_rules! through_crowds {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::OwnLent, ours::OwnCloned, ours::ArcLent, ours::ArcCloned, ours::RcLent, ours::RcCloned,
            weak_table::InMutex, bounded::Moka, bounded::QuickCache, maps::DashMap
        }
    };
}

/// Those of them that can be asked to give back what is dead, each a [`Reclaims`](crate::subject::Reclaims). In the object,
/// nothing is left to be asked for.
macro_rules! reclaiming_at_once {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            ours::ArcLent, ours::ArcCloned, ours::RcLent, ours::RcCloned,
            weak_table::InMutex, bounded::Moka, bounded::QuickCache, maps::DashMap
        }
    };
}

/// `run::<S>(..)` for each subject whose objects several threads make, ask about and drop at once.
macro_rules! through_lives_on_threads {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            by_hand::Bare, ours::OwnLent, ours::OwnCloned, ours::ArcLent, ours::ArcCloned,
            weak_table::InMutex, maps::DashMap, bounded::QuickCache
        }
    };
}

/// `run::<S>(..)` for each subject whose calls are futures.
macro_rules! as_futures {
    ($run:ident $arguments:tt) => {
        $crate::subjects::each! { $run $arguments:
            futures::ArcLent, futures::ArcCloned, futures::PlainLent, futures::PlainCloned, futures::Moka, futures::Cached
        }
    };
}

macro_rules! each {
    ($run:ident $arguments:tt: $($subject:ty),*) => {
        { #[allow(unused_imports)] use $crate::subjects::*; vec![$($run::<$subject> $arguments),*] }
    };
}

pub(crate) use {
    as_futures, by_argument_size, each, in_a_storm, on_one_thread, on_several_threads, over_time, reclaiming_at_once,
    through_crowds, through_lives, through_lives_on_threads, with_capacity, with_extra_key,
    with_extra_key_on_several_threads, with_many_keys, with_many_keys_on_several_threads, with_many_objects,
    with_many_objects_on_several_threads, with_names_by_key, with_names_by_key_on_several_threads,
};
