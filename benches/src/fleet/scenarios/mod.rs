//! The scenarios: each builds a fleet, lets something happen to it, and says what came of it.

mod day;
mod hot;
mod killed;
mod knobs;
mod partition;
mod rolling;
mod steady;

pub(super) use day::day;
pub(super) use hot::hot;
pub(super) use killed::killed;
pub(super) use knobs::knobs;
pub(super) use partition::partition;
pub(super) use rolling::rolling;
pub(super) use steady::{scaling, steady};

use std::time::Duration;

use super::world::World;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn minutes(minutes: u64) -> Duration {
    seconds(minutes * 60)
}

/// No answer but the body's.
fn no_wrong_answer(chapter: &mut super::chapter::Chapter, world: &World) {
    chapter.hold(world.calls.wrong == 0, || format!("{} wrong answers", world.calls.wrong));
}
