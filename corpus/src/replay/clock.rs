//! A stopwatch that stands still while something is measured or checked.

use cpu_time::ProcessTime;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// How long something took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// Of all threads of this process. Other programs on the machine leave it as it is.
    pub(crate) cpu: Duration,
}

#[derive(Debug)]
struct Moment {
    wall: Instant,
    cpu: ProcessTime,
}

impl Moment {
    fn now() -> Self {
        Moment { wall: Instant::now(), cpu: ProcessTime::now() }
    }
}

#[derive(Debug)]
pub(super) struct Clock {
    since: Moment,
    took: Took,
}

impl Clock {
    pub(super) fn start() -> Self {
        Clock { since: Moment::now(), took: Took::default() }
    }

    /// Adds what has passed since the start, or since [`go_on`](Self::go_on).
    pub(super) fn stop(&mut self) -> Took {
        self.took.wall += self.since.wall.elapsed();
        self.took.cpu += self.since.cpu.elapsed();
        self.took
    }

    pub(super) fn go_on(&mut self) {
        self.since = Moment::now();
    }
}
