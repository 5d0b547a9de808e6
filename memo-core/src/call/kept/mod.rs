//! What is kept of a result ([`what_is_kept`]), and for how long.
//!
//! [`result_is_argument`] keeps a mark of a result that is an argument, [`weak_value`] one that lives only while somebody else has it, and
//! [`reuse_equal`] gives the equal one before in place of a new one. [`what_is_compared`] says how two results are compared.

pub(crate) mod result_is_argument;
pub(crate) mod reuse_equal;
pub(crate) mod weak_value;
pub(crate) mod what_is_compared;
pub(crate) mod what_is_kept;
