//! The scenarios: each builds a fleet, lets something happen to it, and says what came of it.

mod day;
mod hot;
mod killed;
mod knobs;
mod partition;
mod rolling;
mod shared;
mod steady;

pub(super) use day::day;
pub(super) use hot::hot;
pub(super) use killed::killed;
pub(super) use knobs::knobs;
pub(super) use partition::partition;
pub(super) use rolling::rolling;
pub(super) use steady::{scaling, steady};
