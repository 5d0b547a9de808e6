//! The atomics and locks of the lock-free parts, swapped for loom's under `--cfg memo_loom`.
//!
//! The parts that models drive use these: slots, cell lists, indexes, readers and the side table's arrays. All others
//! use [`plain`]: std's own, even in models.
//!
//! Under `--cfg memo_shuttle` both are those of [`scheduled`], for the test that runs the whole library.

#[cfg(not(any(memo_loom, memo_shuttle)))]
pub(crate) use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
};

#[cfg(memo_shuttle)]
mod scheduled;

#[cfg(memo_shuttle)]
pub(crate) use scheduled::{
    AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Condvar, Mutex, MutexGuard, Ordering, panicking,
};

#[cfg(not(memo_shuttle))]
pub(crate) use std::thread::panicking;

/// The atomics and locks that loom's models do not drive.
pub(crate) mod plain {
    #[cfg(not(memo_shuttle))]
    pub(crate) use std::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    };

    #[cfg(memo_shuttle)]
    pub(crate) use super::scheduled::{
        AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering,
    };
}

/// The scheduler's atomics are all sequentially consistent.
#[cfg(memo_shuttle)]
pub(crate) use std::sync::atomic::fence;

/// Thread-locals, one for each of the scheduler's threads.
#[cfg(memo_shuttle)]
pub(crate) use scheduled::{Own, forget_own, scheduler};

#[cfg(memo_shuttle)]
pub use scheduled::{Scheduler, run_under};

#[cfg(memo_loom)]
pub(crate) use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
};

#[cfg(memo_loom)]
pub(crate) use loom::cell::UnsafeCell;

use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

/// std's cell with the interface of loom's, which detects reads during a write.
#[cfg(not(memo_loom))]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(memo_loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline(always)]
    pub(crate) fn with<R>(&self, look: impl FnOnce(*const T) -> R) -> R {
        look(self.0.get())
    }

    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}

/// A `const fn`, except in models: loom's atomics cannot be made at compile time.
macro_rules! const_fn {
    ($(#[$attribute:meta])* $vis:vis fn $name:ident($($parameters:tt)*) -> $result:ty $body:block) => {
        $(#[$attribute])*
        #[cfg(not(memo_loom))]
        $vis const fn $name($($parameters)*) -> $result $body

        $(#[$attribute])*
        #[cfg(memo_loom)]
        $vis fn $name($($parameters)*) -> $result $body
    };
}
pub(crate) use const_fn;

/// Lets models detect a read after the end; nothing otherwise.
pub(crate) struct Watched {
    #[cfg(memo_loom)]
    cell: UnsafeCell<()>,
}

impl Watched {
    const_fn! {
        pub(crate) fn fresh() -> Self {
            Self {
                #[cfg(memo_loom)]
                cell: UnsafeCell::new(()),
            }
        }
    }

    /// A read.
    #[inline(always)]
    pub(crate) fn look(&self) {
        #[cfg(memo_loom)]
        self.cell.with(|_| ());
    }

    /// The end: no read may follow.
    #[inline(always)]
    pub(crate) fn end(&self) {
        #[cfg(memo_loom)]
        self.cell.with_mut(|_| ());
    }
}

/// Takes a lock, even a poisoned one.
///
/// No user code ever runs under a lock of this crate (law 7), so a poisoned lock guards nothing half-done.
pub(crate) fn unpoisoned<G>(result: LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// The same for a lock that is taken only if it is free.
#[inline]
pub(crate) fn try_unpoisoned<G>(result: TryLockResult<G>) -> Option<G> {
    match result {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
