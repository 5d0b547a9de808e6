//! cell

pub(crate) mod counted;
pub(crate) mod detached;
pub(crate) mod racers;
