//! sys

pub(crate) mod arc;
pub(crate) mod depth;
pub(crate) mod fence;
pub(crate) mod hash_index;
pub(crate) mod hazard;
pub(crate) mod panics;
pub(crate) mod per_thread;
pub(crate) mod prefetch;
pub(crate) mod stack;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod trivial;
