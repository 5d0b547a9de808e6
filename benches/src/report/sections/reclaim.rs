//! From an object's drop until its result is given back.

use super::thousands;
use crate::questions;
use crate::report::{Effort, Section};

/// Inside the object, the drop itself; of an `Arc`, each way of giving back.
pub fn reclaim(effort: Effort) -> Section {
    let mut section = Section::new(
        "From drop to reclaimed",
        "An in-object anchor gives its results back in the object's drop: its row is all there is. With an `Arc` owner the result is \
         unreachable at once, and its memory, with the object's own allocation (which is why that drop is cheaper than a bare one), comes \
         back in the course of further calls to any memo, by `sweep()`, or by a `Sweeper`. One object is dropped beside others that live; \
         21 trials.",
    );
    section.table.add("drop of an object with one result, ns (`bare` has none)", effort.of(questions::drops()));
    for living in [1_000, effort.objects.min(100_000)] {
        for reclaimed in questions::reclaims(living) {
            let label = format!("`Arc` beside {} others, by {}", thousands(living), reclaimed.way);
            let mut cells = Vec::new();
            if let Some((calls, most)) = reclaimed.calls {
                cells.extend([("calls, median", calls), ("calls, most", most)]);
            }
            let (time, most) = reclaimed.time;
            cells.extend([("µs, median", time / 1e3), ("µs, most", most / 1e3)]);
            section.table.add(label, cells);
        }
    }
    section
}
