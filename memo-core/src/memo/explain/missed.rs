//! Misses as they happen, and as they are told.

use std::panic::Location;
use std::sync::OnceLock;
use std::time::Duration;

use super::known::Noted;
use super::miss::{Miss, MissReason};
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
    if reason.is_none() {
        core.explanation().note(|known| reason = known.why(spot).map(MissReason::of));
    }
    let reason = match (reason, seen) {
        (Some(reason), _) => reason,
        (None, Seen::Nothing(nearest)) if core.site().is_keyed() => {
            MissReason::NewKey { differs: names_of(core.site().key, nearest()) }
        }
        // Who computes beside it has no entry that others see.
        _ if !core.site().single_flight => MissReason::InFlight,
        _ => MissReason::Unknown,
    };
    core.explanation().reasons().count(&reason);
    // A function that is not marked `#[track_caller]` only knows its own place, and a handle its own.
    let is_own = |at: &Location<'_>| (at.file(), at.line()) == (core.site().file, core.site().line);
    let at = at.filter(|at| !is_own(at) && !at.file().starts_with(&calls_of_ours()));
    let inside = inside.map(names::name);
    core.explanation().note(|known| known.missed(reason, at, inside));
}

/// The folder of this library's own calls.
fn calls_of_ours() -> String {
    file!()
        .replace('\\', "/")
        .strip_suffix("memo/explain/missed.rs")
        .map(|src| format!("{src}call/"))
        .unwrap_or_default()
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

/// How many misses had which reason since it was switched on first. Nothing if it never was.
pub(crate) fn reasons(core: &Core) -> impl Iterator<Item = (&'static str, u64)> + use<> {
    let reasons: Vec<_> = core.explanation().reasons().each().collect();
    let any = core.explanation().is_on() || reasons.iter().any(|(_, n)| *n > 0);
    reasons.into_iter().filter(move |_| any)
}

/// Switches it on for memos that the environment names.
pub(crate) fn begin_as_told(core: &'static Core) {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let told = std::env::var(VARIABLE).unwrap_or_default();
        told.split(';').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    });
    if !names.is_empty() {
        let own = names::own_name(core);
        if names.iter().any(|name| name == "*" || own.contains(name.as_str())) {
            core.explanation().switch(true);
        }
    }
}

/// The names of memos, or parts of them, separated by semicolons, since a type may have commas; `*` for all.
const VARIABLE: &str = "MEMO_EXPLAIN";
