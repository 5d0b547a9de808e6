//! What several scenarios say.

use std::time::Duration;

use crate::fleet::chapter::Chapter;
use crate::fleet::world::World;

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn minutes(minutes: u64) -> Duration {
    seconds(minutes * 60)
}

/// No answer but the body's.
pub(super) fn no_wrong_answer(chapter: &mut Chapter, world: &World) {
    chapter.hold(world.calls.wrong == 0, || format!("{} wrong answers", world.calls.wrong));
}
