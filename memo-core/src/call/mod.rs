//! call

pub(crate) mod ask;
pub(crate) mod asked_first;
pub(crate) mod checked;
pub(crate) mod hit;
pub(crate) mod inside;
pub(crate) mod keep;
pub(crate) mod lent;
pub(crate) mod lent_op;
pub(crate) mod mark;
pub(crate) mod owned;
