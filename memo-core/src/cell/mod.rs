//! A memo's cell on an anchor, with its type: [`counted`] ones, which `clear` or another argument's death can reach, too, and
//! [`lent`] ones, which nothing but their object can. What a memo's types are is one parameter, its [`spec`]. Who computes beside the
//! store is noted in [`racers`], and what is computed although it was taken out in [`detached`].

pub(crate) mod counted;
pub(crate) mod detached;
pub(crate) mod lent;
pub(crate) mod racers;
pub(crate) mod spec;
