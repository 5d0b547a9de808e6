//! What the program knows of itself: who does what, what was counted, how often user code panics, and what is said when something is wrong.

pub(crate) mod act;
pub(crate) mod dice;
pub(crate) mod id;
pub(crate) mod options;
pub(crate) mod seat;
pub(crate) mod tally;
pub(crate) mod violation;
