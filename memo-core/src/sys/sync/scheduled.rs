//! Atomics and locks under a scheduler that picks the next thread: `--cfg memo_shuttle`, for the test `threads`.
//!
//! Every access is a point where another thread may run, and a thread that cannot proceed yields until it can. The types underneath
//! are only std's, which the scheduler knows nothing about. So they may lie in statics and outlive the schedule
//! that used them, as memos, readers and the side table do. All threads of a schedule take turns on one thread of the
//! system, so orderings mean nothing here; loom's models cover those.
//!
//! The scheduler is the test's, which passes it to [`run_under`]: this library depends on none, and no user has one in their lock
//! file.

use std::cell::{Cell, RefCell};
use std::sync::atomic;
use std::sync::{LockResult, OnceLock, PoisonError, TryLockError, TryLockResult};

pub(crate) use std::sync::atomic::Ordering;

/// The interface of the scheduler.
#[derive(Clone, Copy, Debug)]
pub struct Scheduler {
    /// The number of its running thread; `None` outside of a schedule.
    pub me: fn() -> Option<usize>,
    /// Another thread may run here.
    pub point: fn(),
    /// Another thread has to run first.
    pub give_way: fn(),
    /// Makes the thread-local whose destructor is that of [`Guard`](crate::sys::thread::Guard), for this thread. `false`: it is ending.
    pub guard: fn() -> bool,
    /// The same for [`LateGuard`](crate::sys::thread::LateGuard).
    pub late_guard: fn() -> bool,
}

static SCHEDULER: OnceLock<Scheduler> = OnceLock::new();

/// From now on this scheduler decides.
pub fn run_under(scheduler: Scheduler) {
    SCHEDULER.get_or_init(|| scheduler);
}

pub(crate) fn scheduler() -> Scheduler {
    *SCHEDULER.get().expect("the test gives a scheduler first")
}

thread_local! {
    /// The scheduler's thread that yielded in the middle of a panic, if any: `std` would take every other for panicking,
    /// too.
    static UNWINDING: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The number of the scheduler's running thread.
fn me() -> Option<usize> {
    (scheduler().me)()
}

/// Another thread may run here, but not in the middle of a panic.
fn point() {
    if me().is_some() && !std::thread::panicking() {
        (scheduler().point)();
    }
}

/// Another thread has to run first.
fn give_way() {
    let me = me().expect("nobody outside of a schedule waits");
    let outermost = std::thread::panicking() && UNWINDING.get().is_none();
    if outermost {
        UNWINDING.set(Some(me));
    }
    (scheduler().give_way)();
    if outermost {
        UNWINDING.set(None);
    }
}

/// Whether this thread of the scheduler is panicking.
pub(crate) fn panicking() -> bool {
    std::thread::panicking() && UNWINDING.get().is_none_or(|unwinding| me() == Some(unwinding))
}

macro_rules! atomics {
    ($($name:ident $value:ty;)*) => {$(
        #[derive(Debug, Default)]
        pub(crate) struct $name(atomic::$name);

        #[allow(dead_code, reason = "the same face for all")]
        impl $name {
            pub(crate) const fn new(value: $value) -> Self {
                Self(atomic::$name::new(value))
            }
            atomics!(@all $value);
            pub(crate) fn fetch_add(&self, by: $value, order: Ordering) -> $value {
                point();
                self.0.fetch_add(by, order)
            }
            pub(crate) fn fetch_sub(&self, by: $value, order: Ordering) -> $value {
                point();
                self.0.fetch_sub(by, order)
            }
            pub(crate) fn fetch_or(&self, bits: $value, order: Ordering) -> $value {
                point();
                self.0.fetch_or(bits, order)
            }
            pub(crate) fn fetch_and(&self, bits: $value, order: Ordering) -> $value {
                point();
                self.0.fetch_and(bits, order)
            }
        }
    )*};
    (@all $value:ty) => {
        pub(crate) fn load(&self, order: Ordering) -> $value {
            point();
            self.0.load(order)
        }
        pub(crate) fn store(&self, value: $value, order: Ordering) {
            point();
            self.0.store(value, order);
        }
        pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
            point();
            self.0.swap(value, order)
        }
        pub(crate) fn compare_exchange(
            &self, from: $value, to: $value, then: Ordering, otherwise: Ordering,
        ) -> Result<$value, $value> {
            point();
            self.0.compare_exchange(from, to, then, otherwise)
        }
        pub(crate) fn compare_exchange_weak(
            &self, from: $value, to: $value, then: Ordering, otherwise: Ordering,
        ) -> Result<$value, $value> {
            self.compare_exchange(from, to, then, otherwise)
        }
    };
}

atomics! {
    AtomicU32 u32;
    AtomicU8 u8;
    AtomicU64 u64;
    AtomicUsize usize;
}

#[derive(Debug, Default)]
pub(crate) struct AtomicBool(atomic::AtomicBool);

#[allow(dead_code, reason = "the same face for all")]
impl AtomicBool {
    pub(crate) const fn new(value: bool) -> Self {
        Self(atomic::AtomicBool::new(value))
    }
    atomics!(@all bool);
}

pub(crate) struct AtomicPtr<T>(atomic::AtomicPtr<T>);

impl<T> std::fmt::Debug for AtomicPtr<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[allow(dead_code, reason = "the same face for all")]
impl<T> AtomicPtr<T> {
    pub(crate) const fn new(value: *mut T) -> Self {
        Self(atomic::AtomicPtr::new(value))
    }
    atomics!(@all *mut T);
    pub(crate) fn get_mut(&mut self) -> &mut *mut T {
        self.0.get_mut()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Mutex<T: ?Sized>(std::sync::Mutex<T>);

#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T: ?Sized> {
    guard: std::sync::MutexGuard<'a, T>,
    mutex: &'a Mutex<T>,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }
}

impl<T: ?Sized> Mutex<T> {
    fn take(&self) -> Option<MutexGuard<'_, T>> {
        let guard = match self.0.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(MutexGuard { guard, mutex: self })
    }

    fn wait_for(&self) -> MutexGuard<'_, T> {
        loop {
            match self.take() {
                Some(guard) => return guard,
                None => give_way(),
            }
        }
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        point();
        Ok(self.wait_for())
    }

    pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        point();
        self.take().ok_or(TryLockError::WouldBlock)
    }

    pub(crate) fn get_mut(&mut self) -> LockResult<&mut T> {
        self.0.get_mut()
    }
}

impl<T: ?Sized> std::ops::Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: ?Sized> std::ops::DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// Counts its notifications. A waiter continues at the first one that it has not seen.
#[derive(Debug, Default)]
pub(crate) struct Condvar(atomic::AtomicUsize);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Self(atomic::AtomicUsize::new(0))
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let known = self.0.load(Ordering::Relaxed);
        let mutex = guard.mutex;
        drop(guard);
        while self.0.load(Ordering::Relaxed) == known {
            give_way();
        }
        Ok(mutex.wait_for())
    }

    pub(crate) fn notify_all(&self) {
        point();
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// One value for each thread of the scheduler, until it is forgotten.
pub(crate) struct Own<T: 'static>(RefCell<Vec<Option<&'static T>>>);

thread_local! {
    /// How to forget the ending thread's value of each.
    static OWN: RefCell<Vec<fn()>> = const { RefCell::new(Vec::new()) };
}

impl<T> Own<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// The running thread's value. `forget` forgets it.
    pub(crate) fn get(&self, make: impl FnOnce() -> T, forget: fn()) -> &'static T {
        let mut all = self.0.borrow_mut();
        if all.is_empty() {
            OWN.with(|own| own.borrow_mut().push(forget));
        }
        // The first place is for code outside of a schedule.
        let at = me().map_or(0, |me| me + 1);
        if all.len() <= at {
            all.resize_with(at + 1, || None);
        }
        all[at].get_or_insert_with(|| Box::leak(Box::new(make())))
    }

    /// Clears the place for the next thread with this number. The old value is leaked: it is a few words.
    pub(crate) fn forget(&self) {
        let at = me().map_or(0, |me| me + 1);
        if let Some(own) = self.0.borrow_mut().get_mut(at) {
            *own = None;
        }
    }
}

/// Forgets all values of the running thread.
pub(crate) fn forget_own() {
    OWN.with(|own| own.borrow().iter().for_each(|forget| forget()));
}
