//! One replay of the session, from its plan to its outcome.

mod clock;
mod editor;
mod fresh;
mod outcome;
mod screen;
mod session;

pub(crate) use fresh::{answer, replay};
pub(crate) use outcome::Outcome;
