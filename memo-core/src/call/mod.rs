//! call

pub(crate) mod ask;
pub(crate) mod first_questions;
pub(crate) mod hit;
pub(crate) mod inside;
pub(crate) mod keep;
pub(crate) mod lends;
pub(crate) mod lent;
pub(crate) mod mark;
pub(crate) mod op;
pub(crate) mod owned;
pub(crate) mod questions;
pub(crate) mod returns;
