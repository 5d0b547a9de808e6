//! What a call does: a hit, a miss, and the other operations of a handle.
//!
//! Expansions enter through [`expansion`], which first checks their types. Results by clone are in [`by_clone`], which looks without
//! the lock ([`hit`]) where possible; results by reference in [`by_reference`]. [`what_is_kept`] says which part of a result is stored,
//! and [`result_is_argument`] how, if it is an argument. A call that has to compute goes on in [`compute`](crate::compute).

pub(crate) mod by_clone;
pub(crate) mod by_reference;
pub(crate) mod expansion;
pub(crate) mod handle_op;
pub(crate) mod hit;
pub(crate) mod result_is_argument;
pub(crate) mod what_is_kept;
