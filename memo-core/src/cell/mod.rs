//! A memo's cell on an anchor, with its type: [`counted_cell`] ones, which `clear` or another argument's death can reach, too, and
//! [`lent_cell`] ones, which nothing but their object can. What a memo's types are is one parameter, its [`memo_types`]. Who computes beside the
//! store is noted in [`racers`], and what is computed although it was taken out in [`detached_flights`].

pub(crate) mod counted_cell;
pub(crate) mod detached_flights;
pub(crate) mod lent_cell;
pub(crate) mod memo_types;
pub(crate) mod racers;
