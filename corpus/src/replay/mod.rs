//! One replay of the session, from its plan to its outcome.

mod clock;
pub(crate) mod editor;
mod fresh;
mod inspected;
mod outcome;
mod screen;
mod session;

pub(crate) use fresh::{answer, replay};
pub(crate) use outcome::Outcome;
pub(crate) use session::Session;
