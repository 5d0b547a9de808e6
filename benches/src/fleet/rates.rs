//! What a server gets in a second, of all the fleet.

use super::traffic::{Kind, bytes};
use super::world::Mark;

/// So many keys the client sends in one call.
const BATCH: f64 = 1000.0;

/// Of one simulated content in `one_in`, per second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    pub(super) gets: f64,
    pub(super) puts: f64,
    pub(super) renewals: f64,
    pub(super) releases: f64,
    pub(super) collections: f64,
    pub(super) keys_of_a_release: f64,
    /// KiB of lease traffic: renewals, releases and collections.
    pub(super) lease_kib: f64,
    /// Its bytes for each object that lived.
    pub(super) lease_bytes_of_a_life: f64,
    /// Found, in percent of all calls.
    pub(super) found: f64,
}

impl Rates {
    /// Between two times.
    ///
    /// Keys are as many times more as contents are left out, and so are calls of one key. Turns, passes and renewals are those of the processes, of
    /// which none is left out. Where nothing is left out, calls are those that were made; else a turn sends its releases in one call, and a pass that deletes takes two steps more often the more keys there are: by
    /// how many keys there are in the mean, as if they came independently.
    pub(super) fn between(from: &Mark, to: &Mark, one_in: u64) -> Self {
        let traffic = to.traffic - from.traffic;
        let seconds = (to.at - from.at) as f64 / 1e6;
        let keys = |kind: Kind| traffic[kind].keys as f64 * one_in as f64;
        let (turns, passes) = ((to.turns - from.turns) as f64, (to.passes - from.passes) as f64);
        let doomed = traffic.doomed as f64 * one_in as f64;
        let (releases, collections) = match one_in {
            1 => (traffic[Kind::Release].calls as f64, traffic[Kind::Collect].calls as f64),
            _ => (turns * batches(keys(Kind::Release) / turns), passes * steps(doomed / passes.max(1.0))),
        };
        let renewals = traffic[Kind::Renew].calls as f64;
        let lease_bytes = bytes(releases, keys(Kind::Release)) + bytes(renewals, 0.0) + bytes(collections, 0.0);
        let (all, found) = (to.calls.all - from.calls.all, to.calls.found - from.calls.found);
        Self {
            gets: keys(Kind::Get) / seconds,
            puts: keys(Kind::Put) / seconds,
            renewals: renewals / seconds,
            releases: releases / seconds,
            collections: collections / seconds,
            keys_of_a_release: keys(Kind::Release) / releases,
            lease_kib: lease_bytes / seconds / 1024.0,
            lease_bytes_of_a_life: lease_bytes / (all as f64 * one_in as f64),
            found: found as f64 / all as f64 * 100.0,
        }
    }

    pub(super) fn all(&self) -> f64 {
        self.gets + self.puts + self.renewals + self.releases + self.collections
    }
}

/// How many calls take so many keys in the mean.
fn batches(keys: f64) -> f64 {
    if keys < BATCH / 2.0 { 1.0 - (-keys).exp() } else { (keys / BATCH + 0.5).max(1.0) }
}

/// How many steps a pass has that finds so many keys to delete in the mean: one that finds nothing, or for each batch one that dooms and one that
/// deletes.
fn steps(keys: f64) -> f64 {
    let none = (-keys).exp();
    none + 2.0 * batches(keys)
}
