//! What goes on as long as a memo call that is not a plain hit.

use std::mem::ManuallyDrop;

use super::account;
use crate::sys::depth::DepthGuard;

/// One step deeper, and when the outermost call ends, what it owes is paid.
pub(crate) struct Call {
    /// Taken back before that.
    deeper: ManuallyDrop<DepthGuard>,
}

impl Call {
    #[inline]
    pub(crate) fn enter() -> Self {
        Self { deeper: ManuallyDrop::new(DepthGuard::enter()) }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.deeper) };
        account::settle();
    }
}
