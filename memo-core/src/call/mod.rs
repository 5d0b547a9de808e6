//! What a call does: a hit, a miss, and the other operations of a handle.
//!
//! Expansions enter through [`expansion`], which first checks their types. [`by_clone`] returns results by clone, without the lock if
//! possible ([`hit`], [`keyed_hit`]); [`by_reference`] lends them, [`set_lent`] takes one from the caller, and [`exclusive`] has what `&mut`
//! access to the owner allows beside. [`what_is_kept`] decides which part of a result is stored: [`result_is_argument`] stores a result that
//! is an argument, [`weak_value`] one that is kept only while somebody else does, and [`reuse_equal`] replaces a result by an equal one.
//! [`source`] says how a result came to be. [`verify`] computes some hits again, and compares as [`what_is_compared`] says. A call that has to compute continues in [`compute`](crate::compute).

pub(crate) mod by_clone;
pub(crate) mod by_reference;
pub(crate) mod exclusive;
pub(crate) mod expansion;
pub(crate) mod handle_op;
pub(crate) mod hit;
mod keyed_hit;
mod missing;
pub(crate) mod result_is_argument;
pub(crate) mod reuse_equal;
pub(crate) mod set_lent;
pub(crate) mod source;
pub(crate) mod verify;
pub(crate) mod weak_value;
pub(crate) mod what_is_compared;
pub(crate) mod what_is_kept;
