//! A fence with a cheap side and a dear side.
//!
//! A reader that announces what it looks at must have its announcement seen before it looks. With ordinary fences that costs
//! every hit some 20 cycles. Here the reader pays for a *compiler* fence only, and whoever wants to take something away
//! asks the kernel to run a full fence on every running thread of the process (`membarrier` on Linux, some microseconds).
//!
//! # Invariants
//!
//! 1. Store, [`light`], load on one thread and store, [`heavy`], load on another: at least one of the two loads sees the
//!    other's store. (Dekker's argument: `heavy` interrupts the reader either before its store, which then comes after and
//!    with it the load, or after its store, which the interrupt makes visible.)
//! 2. Where the kernel has no such call, [`is_asymmetric`] is `false`, readers use [`full`] instead of [`light`], and `heavy`
//!    is an ordinary fence, too.
//! 3. Which of the two it is is decided once, before any reader sets a mark, and stays.
//! 4. A kernel that refuses later (a process may shut itself in, and forget this call) is not asked again: [`heavy`] fails from then on,
//!    and [`can_hold`] says that nothing more is to be shown to readers who count on it.
//!
//! The source of the idea: D. Dice, H. Huang, M. Yang, "Asymmetric Dekker Synchronization" (2001), and the manual page of
//! `membarrier(2)`.

#[cfg(not(memo_loom))]
use std::sync::atomic::{Ordering, compiler_fence, fence};

#[cfg(memo_loom)]
use loom::sync::atomic::{Ordering, fence};

/// The reader's side, where [`is_asymmetric`].
#[inline(always)]
#[cfg(not(memo_loom))]
pub(crate) fn light() {
    compiler_fence(Ordering::SeqCst);
}

/// The reader's side: models have no interrupts, and an ordinary fence in their place.
#[cfg(memo_loom)]
pub(crate) fn light() {
    full();
}

/// The reader's side where there is no asymmetric fence.
pub(crate) fn full() {
    fence(Ordering::SeqCst);
}

/// The side of a reader that holds what it copies: one kind of fence, known when this is compiled, so that a hit has nothing
/// to ask. Only for what was shown while [`can_hold`].
#[inline(always)]
pub(crate) fn holding() {
    if cfg!(all(target_os = "linux", not(any(miri, memo_loom, memo_shuttle)))) { light() } else { full() }
}

/// Whether [`holding`] is what its readers need. Not on a Linux whose kernel refuses, or did so once: there nothing is shown to
/// them.
#[inline]
pub(crate) fn can_hold() -> bool {
    !cfg!(all(target_os = "linux", not(any(miri, memo_loom, memo_shuttle))))
        || is_asymmetric() && !REFUSED.load(Ordering::Relaxed)
}

/// Whether the kernel refused what it had agreed to.
static REFUSED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// The other side. `false`: the kernel refused, and nothing is known about any reader.
#[must_use]
pub(crate) fn heavy() -> bool {
    // Both: the call orders the others' accesses, the fence ours.
    full();
    let done = !is_asymmetric() || !REFUSED.load(Ordering::Relaxed) && kernel::interrupt_all();
    if !done {
        REFUSED.store(true, Ordering::Relaxed);
    }
    full();
    done
}

/// Between having seen that objects are dead and ending what readers may have had of them: all that the last owners did with them
/// comes before (rule 3). Once for many.
///
/// The acquire fence pairs with the release of `Arc`'s and `Weak`'s decrements. But an owner may also leave through `Arc::try_unwrap`,
/// `unwrap_or_clone` or `make_mut`, whose exchange of the strong count releases nothing; a read of a lent result
/// may then take place after it, on machines that reorder a load with a later exchange. `heavy` ends all loads that
/// came before the exchange on every running thread. On x86 a locked instruction does that by itself. (By the letter of the
/// memory model only a release by the owner's thread would do, and std gives none: see SOUNDNESS.md.)
pub(crate) fn after_deaths() {
    fence(Ordering::Acquire);
    if !cfg!(any(target_arch = "x86", target_arch = "x86_64", memo_loom, memo_shuttle))
        && crate::sys::thread::with(|thread| !thread.is_alone())
    {
        let _ = heavy();
    }
}

static ASYMMETRIC: std::sync::OnceLock<bool> = std::sync::OnceLock::new();

/// Whether readers may use [`light`].
#[inline]
pub(crate) fn is_asymmetric() -> bool {
    *ASYMMETRIC.get_or_init(kernel::register)
}

#[cfg(all(target_os = "linux", not(any(miri, memo_loom, memo_shuttle))))]
mod kernel {
    /// Tells the kernel that this process will ask for interrupts. `false`: it cannot do that.
    pub(super) fn register() -> bool {
        call(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    }

    /// Runs a full fence on every running thread of the process.
    pub(super) fn interrupt_all() -> bool {
        // A process that was forked has to register again.
        call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED) || register() && call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }

    fn call(command: libc::c_int) -> bool {
        const NO_FLAGS: libc::c_uint = 0;
        const NO_CPU: libc::c_int = 0;
        // SAFETY: the call takes three integers, and touches no memory of ours.
        let result = unsafe { libc::syscall(libc::SYS_membarrier, command, NO_FLAGS, NO_CPU) };
        result == 0
    }
}

#[cfg(not(all(target_os = "linux", not(any(miri, memo_loom, memo_shuttle)))))]
mod kernel {
    pub(super) fn register() -> bool {
        false
    }

    pub(super) fn interrupt_all() -> bool {
        false
    }
}

/// What [`after_deaths`] has to order, with the orderings that the last owner has in `std`.
#[cfg(all(test, memo_loom))]
mod loom_models {
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
    use loom::thread;

    struct Object {
        strong: AtomicUsize,
        /// A lent result.
        value: UnsafeCell<u32>,
        interrupted: AtomicBool,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum After {
        /// An acquire fence alone.
        Fence,
        /// The kernel has interrupted every thread of the process as well.
        Interrupt,
    }

    /// The last owner reads a result and leaves; a sweep sees that it is dead, and ends the result.
    fn model(leave: fn(&AtomicUsize), after: After) {
        loom::model(move || {
            let object = Arc::new(Object {
                strong: AtomicUsize::new(1),
                value: UnsafeCell::new(7),
                interrupted: AtomicBool::new(false),
            });
            let theirs = Arc::clone(&object);
            let owner = thread::spawn(move || {
                // SAFETY: what the models are to show.
                theirs.value.with(|value| assert_eq!(unsafe { *value }, 7));
                leave(&theirs.strong);
                // The interrupt of one who saw the 0 comes here at the earliest: a full fence on this thread, and an answer.
                fence(Ordering::SeqCst);
                theirs.interrupted.store(true, Ordering::Relaxed);
            });
            if object.strong.load(Ordering::Relaxed) == 0 {
                if after == After::Interrupt {
                    while !object.interrupted.load(Ordering::Relaxed) {
                        thread::yield_now();
                    }
                }
                fence(Ordering::Acquire);
                // SAFETY: as above.
                object.value.with_mut(|value| unsafe { *value = 0 });
            }
            owner.join().unwrap();
        });
    }

    /// `drop`, and `Arc::into_inner`.
    fn let_go(strong: &AtomicUsize) {
        strong.fetch_sub(1, Ordering::Release);
    }

    /// `Arc::try_unwrap`, and `unwrap_or_clone` through it.
    fn try_unwrap(strong: &AtomicUsize) {
        strong.compare_exchange(1, 0, Ordering::Relaxed, Ordering::Relaxed).unwrap();
    }

    /// `Arc::make_mut` where there are `Weak`s.
    fn make_mut(strong: &AtomicUsize) {
        strong.compare_exchange(1, 0, Ordering::Acquire, Ordering::Relaxed).unwrap();
    }

    #[test]
    fn loom_an_owner_that_lets_go_comes_before_the_end() {
        model(let_go, After::Fence);
        model(let_go, After::Interrupt);
    }

    #[test]
    fn loom_an_owner_that_takes_the_object_out_comes_before_the_end() {
        model(try_unwrap, After::Interrupt);
    }

    #[test]
    fn loom_an_owner_that_moves_the_object_comes_before_the_end() {
        model(make_mut, After::Interrupt);
    }

    /// Why the acquire fence is not enough.
    #[test]
    #[should_panic(expected = "Causality violation")]
    fn loom_an_owner_that_takes_the_object_out_releases_nothing() {
        model(try_unwrap, After::Fence);
    }

    #[test]
    #[should_panic(expected = "Causality violation")]
    fn loom_an_owner_that_moves_the_object_releases_nothing() {
        model(make_mut, After::Fence);
    }
}
