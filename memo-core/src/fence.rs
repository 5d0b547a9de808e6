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

#[cfg(not(loom))]
use std::sync::atomic::{Ordering, compiler_fence, fence};

#[cfg(loom)]
use loom::sync::atomic::{Ordering, fence};

/// The reader's side, where [`is_asymmetric`].
#[inline(always)]
#[cfg(not(loom))]
pub(crate) fn light() {
    compiler_fence(Ordering::SeqCst);
}

/// The reader's side: models have no interrupts, and an ordinary fence in their place.
#[cfg(loom)]
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
    if cfg!(all(target_os = "linux", not(any(miri, loom, shuttle)))) { light() } else { full() }
}

/// Whether [`holding`] is what its readers need. Not on a Linux whose kernel refuses, or did so once: there nothing is shown to
/// them.
#[inline]
pub(crate) fn can_hold() -> bool {
    !cfg!(all(target_os = "linux", not(any(miri, loom, shuttle))))
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
    if !cfg!(any(target_arch = "x86", target_arch = "x86_64", loom, shuttle))
        && crate::thread::with(|thread| !thread.is_alone())
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

#[cfg(all(target_os = "linux", not(any(miri, loom, shuttle))))]
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

#[cfg(not(all(target_os = "linux", not(any(miri, loom, shuttle)))))]
mod kernel {
    pub(super) fn register() -> bool {
        false
    }

    pub(super) fn interrupt_all() -> bool {
        false
    }
}
