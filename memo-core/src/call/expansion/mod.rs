//! What an expansion calls. It asks the user's types its [`questions`] first, each once, so that a wrong type is told once
//! ([`first_questions`] have more to say of some, [`inside`] of what holds its owner); then the memo. Who asks that, the function or its
//! handle, [`ask`] says; what is left to do once a call has to compute, [`returns`] and [`lends`].

pub(crate) mod ask;
pub(crate) mod first_questions;
pub(crate) mod inside;
pub(crate) mod lends;
pub(crate) mod questions;
pub(crate) mod returns;
