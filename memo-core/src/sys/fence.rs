//! An asymmetric fence: cheap for readers, expensive for writers.
//!
//! A reader's announcement of what it reads must be visible before it reads. With ordinary fences that costs
//! every hit some 20 cycles. Here the reader pays for a *compiler* fence only, and a writer that retires something
//! asks the kernel to run a full fence on every running thread of the process (`membarrier` on Linux, some microseconds).
//!
//! # Invariants
//!
//! 1. Store, [`light`], load on one thread and store, [`heavy`], load on another: at least one of the two loads sees the
//!    other's store. (Dekker's argument: `heavy` interrupts the reader either before its store, which then comes after and
//!    with it the load, or after its store, which the interrupt makes visible.)
//! 2. Where the kernel has no such call, [`is_asymmetric`] is `false`, readers use [`full`] instead of [`light`], and `heavy`
//!    is an ordinary fence, too.
//! 3. The choice is made once, before any reader sets a mark, and stays.
//! 4. A kernel that refuses later (a process may sandbox itself without this call) is not asked again: [`heavy`] fails from then on,
//!    and [`can_publish`] says that nothing more may be published to readers that rely on it.
//!
//! The source of the idea: D. Dice, H. Huang, M. Yang, "Asymmetric Dekker Synchronization" (2001), and the manual page of
//! `membarrier(2)`.

use once_cell::race::OnceBool;

#[cfg(not(all(target_arch = "x86_64", not(any(miri, memo_loom, memo_shuttle)))))]
#[cfg(not(memo_loom))]
use std::sync::atomic::fence;
#[cfg(not(memo_loom))]
use std::sync::atomic::{Ordering, compiler_fence};

#[cfg(memo_loom)]
use loom::sync::atomic::{Ordering, fence};

/// The reader's side, where [`is_asymmetric`].
#[inline(always)]
#[cfg(not(memo_loom))]
pub(crate) fn light() {
    compiler_fence(Ordering::SeqCst);
}

/// The reader's side: models have no interrupts, and use an ordinary fence instead.
#[cfg(memo_loom)]
pub(crate) fn light() {
    full();
}

/// The reader's side where there is no asymmetric fence.
///
/// On x86 any locked instruction is a full fence, for the compiler, too, which knows nothing of what is inside. `mfence`, which the ordinary
/// fence is made of, takes twice as long, since it waits for more than loads and stores.
#[cfg(all(target_arch = "x86_64", not(any(miri, memo_loom, memo_shuttle))))]
#[inline(always)]
pub(crate) fn full() {
    // SAFETY: it changes nothing: the top of the stack stays as it is.
    unsafe { std::arch::asm!("lock or dword ptr [rsp], 0", options(nostack)) };
}

#[cfg(not(all(target_arch = "x86_64", not(any(miri, memo_loom, memo_shuttle)))))]
#[inline]
pub(crate) fn full() {
    fence(Ordering::SeqCst);
}

/// The reader's side around a hazard pointer: one kind of fence, known at compile time, so that a hit checks nothing. Only for entries
/// that were published while [`can_publish`] held.
#[inline(always)]
pub(crate) fn hazard() {
    if MAY_INTERRUPT { light() } else { full() }
}

/// Whether entries may be published to hits: [`hazard`] is the fence that readers need, and the kernel has not refused since.
#[inline]
pub(crate) fn can_publish() -> bool {
    is_known() && !is_refused()
}

/// Whether the kernel refused although it had agreed: readers cannot be waited for any longer.
#[inline]
pub(crate) fn is_refused() -> bool {
    MAY_INTERRUPT && REFUSED.load(Ordering::Relaxed)
}

/// Whether [`hazard`] is the fence that a reader needs before it looks for what others may unpublish. A kernel that refuses later leaves
/// it so: what is unpublished then is not freed.
#[inline]
pub(crate) fn is_known() -> bool {
    !MAY_INTERRUPT || is_asymmetric()
}

/// Whether the kernel refused although it had agreed.
static REFUSED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// The writer's side. `false`: the kernel refused, and nothing is known about any reader.
#[must_use]
pub(crate) fn heavy() -> bool {
    // The call orders the readers' accesses, the fence those of this thread.
    full();
    let done = !is_asymmetric() || !REFUSED.load(Ordering::Relaxed) && kernel::interrupt_all();
    if !done {
        REFUSED.store(true, Ordering::Relaxed);
    }
    full();
    done
}

static ASYMMETRIC: OnceBool = OnceBool::new();

/// Whether readers may use [`light`].
#[inline]
pub(crate) fn is_asymmetric() -> bool {
    ASYMMETRIC.get_or_init(kernel::register)
}

/// Whether the kernel can have such a call, known at compile time. `memo_no_membarrier` stands for platforms without it.
use kernel::MAY_INTERRUPT;

#[cfg(all(target_os = "linux", not(any(miri, memo_loom, memo_shuttle, memo_no_membarrier))))]
mod kernel {
    pub(super) const MAY_INTERRUPT: bool = true;

    /// Registers this process for interrupts with the kernel. `false`: the kernel cannot do that.
    pub(super) fn register() -> bool {
        call(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    }

    /// Runs a full fence on every running thread of the process.
    pub(super) fn interrupt_all() -> bool {
        // A forked process has to register again.
        call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED) || register() && call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }

    fn call(command: libc::c_int) -> bool {
        const NO_FLAGS: libc::c_uint = 0;
        const NO_CPU: libc::c_int = 0;
        // SAFETY: the call takes three integers, and touches no memory of this process.
        let result = unsafe { libc::syscall(libc::SYS_membarrier, command, NO_FLAGS, NO_CPU) };
        result == 0
    }
}

#[cfg(not(all(target_os = "linux", not(any(miri, memo_loom, memo_shuttle, memo_no_membarrier)))))]
mod kernel {
    pub(super) const MAY_INTERRUPT: bool = false;

    pub(super) fn register() -> bool {
        false
    }

    pub(super) fn interrupt_all() -> bool {
        false
    }
}
