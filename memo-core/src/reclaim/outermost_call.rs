//! The scope of a memo call that is not a plain hit.

use std::mem::ManuallyDrop;

use super::account;
use crate::sys::depth::DepthGuard;

/// Makes the thread one call deeper. When the outermost call ends, it settles the thread's account.
#[derive(Debug)]
pub struct Call {
    /// Dropped before the account is settled.
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
