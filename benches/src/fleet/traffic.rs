//! What reaches the server.

use std::ops::{Index, IndexMut, Sub};

/// The kinds of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Get,
    Put,
    /// Of a lease, without keys.
    Renew,
    /// A renewal with keys: what was held before a lapse is taken hold of again.
    TakeAgain,
    Release,
    Collect,
    Discard,
}

/// Bytes of a call as Redis gets one: a script's name, the key, the time, the holder; and its short answer.
const OF_A_CALL: u64 = 150;
/// Bytes of a key and the number of its hold.
const OF_A_KEY: u64 = 34;

/// Calls of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) calls: u64,
    pub(super) keys: u64,
    /// The most keys of one call.
    pub(super) most: u64,
}

/// What so many calls with so many keys in all are, without entries.
pub(super) fn bytes(calls: f64, keys: f64) -> f64 {
    calls * OF_A_CALL as f64 + keys * OF_A_KEY as f64
}

/// All of them, since the simulation began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    kinds: [Count; 7],
    /// Holds of lapsed holders that the collectors ended.
    pub(super) let_go: u64,
    pub(super) doomed: u64,
    pub(super) deleted: u64,
}

impl Index<Kind> for Traffic {
    type Output = Count;

    fn index(&self, kind: Kind) -> &Count {
        &self.kinds[kind as usize]
    }
}

impl IndexMut<Kind> for Traffic {
    fn index_mut(&mut self, kind: Kind) -> &mut Count {
        &mut self.kinds[kind as usize]
    }
}

impl Traffic {
    pub(super) fn add(&mut self, kind: Kind, keys: usize) {
        let count = &mut self[kind];
        count.calls += 1;
        count.keys += keys as u64;
        count.most = count.most.max(keys as u64);
    }
}

/// What came since then.
impl Sub for Traffic {
    type Output = Self;

    fn sub(mut self, before: Self) -> Self {
        for (now, before) in self.kinds.iter_mut().zip(before.kinds) {
            now.calls -= before.calls;
            now.keys -= before.keys;
        }
        self.let_go -= before.let_go;
        self.doomed -= before.doomed;
        self.deleted -= before.deleted;
        self
    }
}
