//! Misses, to be explained where that is asked for.

use std::panic::Location;

use super::frames;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::memo_types::{CellOf, EntryOf, Spec};
use crate::memo::core::Core;
use crate::memo::explain::missed::{self, Seen};
use crate::memo::explain::spot::{Spot, Went};

/// What a search met before it computes.
#[derive(Clone, Copy)]
pub(super) enum Met {
    /// It has made the cell.
    NewObject,
    /// Another call computes the result.
    InFlight,
    /// The result has served its time.
    Stale,
    /// Nothing.
    Nothing,
}

/// Notes a miss of an entry, at this place in the source. `None`: that is not known.
#[cold]
#[inline(never)]
pub(super) fn missed<M: Spec>(
    cell: &CellOf<M>,
    entry: &EntryOf<M>,
    keys: Keys,
    met: Met,
    at: Option<&'static Location<'static>>,
) {
    // The user's `Eq` may do anything, and would have to keep what it compares from going.
    let nearest = || if keys == Keys::Trusted { cell.nearest(entry) } else { None };
    missed_at(cell.core(), cell.spot(entry), met, at, &nearest);
}

/// The same, whatever the types.
#[cold]
#[inline(never)]
pub(super) fn missed_at(
    core: &'static Core,
    spot: Spot,
    met: Met,
    at: Option<&'static Location<'static>>,
    nearest: &dyn Fn() -> Option<u64>,
) {
    let seen = match met {
        Met::NewObject => Seen::NewObject,
        Met::InFlight => Seen::InFlight,
        Met::Stale => Seen::Stale,
        Met::Nothing => Seen::Nothing(nearest),
    };
    missed::missed(core, spot, seen, at, frames::memo_around());
}

/// The same of a memo with `last`, whose key differs from that of the result that is there in these parts.
pub(crate) fn missed_last(
    core: &'static Core,
    spot: Spot,
    fresh: bool,
    differs: Option<u64>,
    at: &'static Location<'static>,
) {
    let met = if fresh { Met::NewObject } else { Met::Nothing };
    missed_at(core, spot, met, Some(at), &|| differs);
}

/// Notes that a compute ends without a result that is kept.
#[inline]
pub(super) fn ended<M: Spec>(cell: &CellOf<M>, entry: &EntryOf<M>, why: Went) {
    cell.core().explanation().went(cell.spot(entry), why);
}
