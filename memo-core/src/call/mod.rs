//! What a call does: a hit, a miss, and the other operations of a handle.
//!
//! Expansions enter through [`expansion`], which first checks their types. [`by_clone`] returns results by clone, without the lock if
//! possible ([`hit`], [`keyed_hit`]); [`by_reference`] lends them, [`set_lent`] takes one from the caller, and [`exclusive`] has what `&mut`
//! access to the owner allows beside.
//! [`last`] keeps one result for the last arguments. [`kept`] decides which part of a result is stored, and how. [`source`] says how a result came to be.
//! [`verify`] computes some hits again. A call that has to compute continues in [`compute`](crate::compute).

pub(crate) mod by_clone;
pub(crate) mod by_reference;
pub(crate) mod exclusive;
pub(crate) mod expansion;
pub(crate) mod handle_op;
pub(crate) mod hit;
pub(crate) mod kept;
mod keyed_hit;
pub(crate) mod last;
mod missing;
pub(crate) mod set_lent;
pub(crate) mod source;
pub(crate) mod verify;
