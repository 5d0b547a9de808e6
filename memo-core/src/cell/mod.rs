//! A memo's cell on an anchor, with its type: [`counted`] ones, which `clear` or another argument's death can reach, too. Who
//! computes beside the store is noted there ([`racers`]), and what is computed although it was taken out ([`detached`]).

pub(crate) mod counted;
pub(crate) mod detached;
pub(crate) mod racers;
