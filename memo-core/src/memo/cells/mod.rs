//! The cells of a memo, as far as they are known here, where their types are not: the [`head`] that each begins with, the [`vtable`] by
//! which a memo handles them, and where it lists them ([`listed`]).

pub(crate) mod head;
pub(crate) mod listed;
pub(crate) mod vtable;
