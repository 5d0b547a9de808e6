//! What a call does: a hit, a miss, and all else that a handle asks for.
//!
//! An expansion comes in through [`expansion`], which has put its questions to the types by then. By clone it is [`owned`], which looks
//! without the lock ([`hit`]) where that can be; by reference it is [`lent`]. What of a result is remembered, [`what_is_kept`] says, and
//! [`result_is_argument`] where that is one of the arguments. Who has to compute goes on in [`compute`](crate::compute).

pub(crate) mod expansion;
pub(crate) mod hit;
pub(crate) mod lent;
pub(crate) mod op;
pub(crate) mod owned;
pub(crate) mod result_is_argument;
pub(crate) mod what_is_kept;
