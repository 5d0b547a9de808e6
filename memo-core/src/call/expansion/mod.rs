//! What an expansion calls. It asks the user's types its [`questions`] first, each once, so that a wrong type is told once
//! ([`first_questions`] have more to say of some, [`inside`] of what holds its owner); then a memo that [`returns`] by clone, or one that
//! [`lends`]. Who asks, the function or its handle, [`ask`] says.

pub(crate) mod ask;
pub(crate) mod first_questions;
pub(crate) mod inside;
pub(crate) mod lends;
pub(crate) mod questions;
pub(crate) mod returns;
