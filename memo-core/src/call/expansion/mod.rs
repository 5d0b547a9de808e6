//! The functions that an expansion calls.
//!
//! It first asks its [`type_questions`] about the user's types, each once, so that a wrong type is reported once.
//! [`common_mistakes`] has more precise messages for some types, [`result_holds_owner`] for results that hold their owner,
//! [`keeps_weakly`], [`reuses_equal`] and [`carries`] ask about results of three options. Then it calls the
//! memo: for the function or for its handle ([`call_or_handle`]). [`returns`] and [`lends`] have the rest of a call that has to compute.
//! [`task_or_handle`] and [`futures`] are the two for an `async fn`.

pub(crate) mod call_or_handle;
pub(crate) mod carries;
pub(crate) mod common_mistakes;
pub(crate) mod futures;
pub(crate) mod keeps_weakly;
pub(crate) mod lends;
pub(crate) mod result_holds_owner;
pub(crate) mod returns;
pub(crate) mod reuses_equal;
pub(crate) mod task_or_handle;
pub(crate) mod type_questions;
