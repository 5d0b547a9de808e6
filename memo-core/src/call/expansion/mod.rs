//! What an expansion calls. It asks the user's types its [`type_questions`] first, each once, so that a wrong type is told once
//! ([`common_mistakes`] have more to say of some, [`result_holds_owner`] of what holds its owner); then the memo. Who asks that, the function or its
//! handle, [`call_or_handle`] says; what is left to do once a call has to compute, [`returns`] and [`lends`].

pub(crate) mod call_or_handle;
pub(crate) mod common_mistakes;
pub(crate) mod lends;
pub(crate) mod result_holds_owner;
pub(crate) mod returns;
pub(crate) mod type_questions;
