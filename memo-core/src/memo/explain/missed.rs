//! Misses as they happen, and as they are told.

use std::panic::Location;
use std::sync::OnceLock;
use std::time::Duration;

use super::known::Noted;
use super::miss::{Miss, MissReason, Reasons};
use super::spot::Spot;
use crate::memo::clock::{self, HAS_CLOCK};
use crate::memo::core::Core;
use crate::memo::names;

/// Why a call found nothing, as far as the call itself sees it.
pub(crate) enum Seen<'a> {
    /// There was no cell yet.
    NewObject,
    /// Another call computes it.
    InFlight,
    /// It has served its time, and this call computes it anew.
    Stale,
    /// Nothing. What is remembered for the nearest key differs in these parts, if there is one.
    Nothing(&'a dyn Fn() -> Option<u64>),
}

/// Notes a miss at this place in the source, inside the computation of another memo or of none.
#[cold]
#[inline(never)]
pub(crate) fn missed(
    core: &'static Core,
    spot: Spot,
    seen: Seen<'_>,
    at: Option<&'static Location<'static>>,
    inside: Option<&'static Core>,
) {
    let mut reason = match seen {
        Seen::NewObject => Some(MissReason::NewObject),
        Seen::InFlight => Some(MissReason::InFlight),
        Seen::Stale => Some(MissReason::Stale),
        Seen::Nothing(_) => None,
    };
    core.explanation().note(|known| match &reason {
        // What went from a cell at the same address was another's.
        Some(MissReason::NewObject) => known.forget(spot.cell),
        Some(_) => {}
        None => reason = known.take(spot).map(MissReason::of),
    });
    let reason = match (reason, seen) {
        (Some(reason), _) => reason,
        (None, Seen::Nothing(nearest)) if core.site().is_keyed() => {
            MissReason::NewKey { differs: names_of(core.site().key, nearest()) }
        }
        _ => MissReason::Unknown,
    };
    // A function that is not marked `#[track_caller]` only knows its own place.
    let at = at.filter(|at| (at.file(), at.line()) != (core.site().file, core.site().line));
    let inside = inside.map(names::name);
    core.explanation().note(|known| known.missed(reason, at, inside));
}

/// The names of these parts of a key.
fn names_of(key: &'static [&'static str], parts: Option<u64>) -> Vec<&'static str> {
    let parts = parts.unwrap_or(0);
    key.iter().enumerate().filter(|(at, _)| parts >> at & 1 == 1).map(|(_, name)| *name).collect()
}

/// The last misses, the oldest first.
pub(crate) fn misses(core: &Core) -> Vec<Miss> {
    let now = clock::coarse();
    let noted = core.explanation().known().as_mut().map(|known| known.misses().to_vec()).unwrap_or_default();
    let miss = |noted: Noted| Miss {
        reason: noted.reason,
        at: noted.at,
        inside: noted.inside.map(str::to_owned),
        ago: HAS_CLOCK.then(|| Duration::from_nanos(now.saturating_sub(noted.when))),
    };
    noted.into_iter().map(miss).collect()
}

/// How many misses had which reason since it was switched on.
pub(crate) fn reasons(core: &Core) -> Option<Reasons> {
    core.explanation().known().as_ref().map(|known| *known.reasons())
}

/// Switches it on for memos that the environment names.
pub(crate) fn begin_as_told(core: &'static Core) {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let told = std::env::var(VARIABLE).unwrap_or_default();
        told.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    });
    if !names.is_empty() {
        let own = names::own_name(core);
        if names.iter().any(|name| name == "*" || own.contains(name.as_str())) {
            core.explanation().switch(true);
        }
    }
}

/// The names of memos, or parts of them, separated by commas; `*` for all.
const VARIABLE: &str = "MEMO_EXPLAIN";
