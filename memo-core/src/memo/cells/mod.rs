//! The cells of a memo, as far as they are known without their types: the [`head`] that each begins with, the [`vtable`] by
//! which a memo handles them, and where it lists them ([`listed`]).

pub(crate) mod head;
pub(crate) mod listed;
pub(crate) mod vtable;
