//! What calls cost that are futures.

use crate::questions;
use crate::report::{Effort, Section, rows};

/// Hits and misses of an `async fn`.
pub fn futures(effort: Effort) -> Section {
    let mut section = Section::new(
        "An `async fn`",
        "Each future is polled until it is ready, without an executor. A hit is ready when it is polled first, and so is a miss, since \
         no body here waits.",
    );
    section.table.add(rows::FUTURE_HOT, effort.of(questions::hot_hits_as_futures()));
    section.table.add(rows::FUTURE_HIT, effort.of(questions::hits_as_futures(1)));
    section.table.add(rows::FUTURE_HIT_2, effort.with_threads(questions::hits_as_futures(2)));
    section.table.add(rows::FUTURE_MISS, effort.of(questions::misses_as_futures()));
    section
}
