//! The head of every cell, whatever its type.

use crate::sys::sync::{AtomicPtr, UnsafeCell};

/// The head of every cell; for its content see [`anchor::cell`](crate::anchor::any_cell).
#[repr(C)]
pub(crate) struct CellHead {
    /// The memo, and the kind of cell in the low bits.
    pub(crate) memo: AtomicPtr<()>,
    /// The next cell of the same anchor. Written before the cell is published, and by the owner of a taken chain.
    next: UnsafeCell<*mut CellHead>,
}

impl CellHead {
    pub(crate) fn with_word(memo: *mut ()) -> Self {
        Self { memo: AtomicPtr::new(memo), next: UnsafeCell::new(std::ptr::null_mut()) }
    }

    /// A head that is no memo's, and no cell's.
    #[cfg(not(memo_loom))]
    pub(crate) const fn of_none() -> Self {
        Self { memo: AtomicPtr::new(std::ptr::null_mut()), next: UnsafeCell::new(std::ptr::null_mut()) }
    }

    #[inline]
    pub(crate) fn next(&self) -> *mut CellHead {
        // SAFETY: written before the cell was published, or by the owner of the chain.
        self.next.with(|next| unsafe { *next })
    }

    /// # Safety
    /// The cell is not published yet, or it is in a chain that is the caller's.
    pub(crate) unsafe fn set_next(&self, next: *mut CellHead) {
        // SAFETY: the caller's: nothing else reads it now.
        self.next.with_mut(|at| unsafe { *at = next });
    }
}
