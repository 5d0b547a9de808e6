//! What is asked: the objects, the results that check themselves, the memos, one face for all of them, and what must come of a call.

pub(crate) mod args;
pub(crate) mod ask;
pub(crate) mod face;
pub(crate) mod functions;
pub(crate) mod noisy;
pub(crate) mod object;
pub(crate) mod value;
