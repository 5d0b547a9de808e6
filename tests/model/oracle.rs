//! What there should be: a list of results, and nothing clever.

use std::collections::HashMap;

use memo_core::Stats;

use super::memos::Memo;

/// An object, by a number that is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id(pub(crate) u64);

/// The name of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) memo: Memo,
    pub(crate) owner: Id,
    pub(crate) extra: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    None,
    Number(u64),
    Weak(Id),
}

impl Key {
    fn names(&self, object: Id) -> bool {
        self.owner == object || self.extra == Part::Weak(object)
    }
}

/// How an object ends, for what is kept in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Results for all threads go at once.
    Exact,
    /// Results are dead at once, and go with a sweep.
    Late,
}

/// Counters that are known exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) computes: u64,
    pub(crate) inserts: u64,
    pub(crate) replaced: u64,
    pub(crate) evicted: u64,
}

#[derive(Default)]
pub(crate) struct Oracle {
    live: HashMap<Key, u64>,
    /// Dead results that a sweep may have reclaimed or not.
    dead: Vec<Key>,
    counts: HashMap<Memo, Counts>,
}

impl Oracle {
    pub(crate) fn counts(&mut self, memo: Memo) -> &mut Counts {
        self.counts.entry(memo).or_default()
    }

    pub(crate) fn get(&self, key: Key) -> Option<u64> {
        self.live.get(&key).copied()
    }

    /// A result comes; whether another went for it.
    pub(crate) fn put(&mut self, key: Key, number: u64) -> bool {
        self.live.insert(key, number).is_some()
    }

    pub(crate) fn forget(&mut self, key: Key) -> bool {
        self.live.remove(&key).is_some()
    }

    pub(crate) fn of_owner(&self, memo: Memo, owner: Id) -> Vec<Key> {
        self.live.keys().filter(|key| key.memo == memo && key.owner == owner).copied().collect()
    }

    /// The end of an object, or of what it was: its results are dead, and those that can go at once have gone.
    pub(crate) fn end(&mut self, object: Id, end: End) {
        let ended: Vec<Key> = self.live.keys().filter(|key| key.names(object)).copied().collect();
        for key in &ended {
            self.live.remove(key);
        }
        self.dead.extend(ended);
        if end == End::Exact {
            // Those of one thread are dropped by that thread's sweep, wherever the object dies.
            self.dead.retain(|key| key.memo == Memo::Rc || !key.names(object));
        }
    }

    pub(crate) fn swept(&mut self) {
        self.dead.clear();
    }

    /// What there is of a memo, with and without the dead.
    pub(crate) fn size(&self, memo: Memo) -> (usize, usize) {
        let live = self.live.keys().filter(|key| key.memo == memo).count();
        let dead = self.dead.iter().filter(|key| key.memo == memo).count();
        (live, live + dead)
    }

    pub(crate) fn cleared(&mut self, memo: Memo) {
        self.live.retain(|key, _| key.memo != memo);
        self.dead.retain(|key| key.memo != memo);
    }

    /// Everything that is known about a memo.
    pub(crate) fn check(&mut self, memo: Memo, stats: &Stats, alive: usize) {
        let counted = Counts {
            hits: stats.hits,
            misses: stats.misses,
            computes: stats.computes,
            inserts: stats.inserts,
            replaced: stats.replaced,
            evicted: stats.evicted,
        };
        assert_eq!(counted, *self.counts(memo), "the counters of {memo:?}");
        assert_eq!(
            (stats.waits, stats.expired, stats.rejected, stats.abandoned, stats.suspected_leaks),
            (0, 0, 0, 0, 0)
        );
        let came = stats.computes + stats.inserts;
        let gone = stats.dropped + stats.evicted + stats.cleared + stats.replaced;
        assert_eq!(came, stats.entries + gone, "the identity of {memo:?}: {stats:?}");
        assert_eq!(alive as u64, stats.entries, "answers of {memo:?} that are alive, and entries");
        let (least, most) = self.size(memo);
        assert_eq!(stats.living(), least as u64, "what lives of {memo:?}: {stats:?}");
        assert!((least..=most).contains(&alive), "{memo:?} holds {alive} results, of {least} to {most}");
    }
}
