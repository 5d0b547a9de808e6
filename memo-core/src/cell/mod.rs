//! cell

pub(crate) mod counted;
pub(crate) mod racers;
