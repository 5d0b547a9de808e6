//! Hits and misses of the last minutes, for the charts.
//!
//! Whoever looks adds a moment: while nobody does, there are none.

use std::collections::{HashMap, HashSet, VecDeque};

use memo_core::MemoInfo;
use serde::Serialize;

/// Moments, at least so many seconds apart, which together are six minutes.
const MOMENTS: usize = 180;
const APART: f64 = 2.0;
const SPAN: f64 = APART * MOMENTS as f64;

/// Only the busiest memos have one: 3 MB for that many.
const BUSIEST: usize = 1000;

#[derive(Default)]
pub(crate) struct History {
    /// When the moments were, in seconds since the routes were made.
    moments: VecDeque<f64>,
    memos: HashMap<String, Series>,
}

/// Hits and misses since the moment before. The last one is that of the last moment.
#[derive(Default, Serialize)]
struct Series {
    hits: VecDeque<u64>,
    misses: VecDeque<u64>,
    /// Their sums at the last moment.
    #[serde(skip)]
    last: (u64, u64),
}

/// As JSON.
#[derive(Serialize)]
pub(crate) struct Recorded<'a> {
    moments: &'a VecDeque<f64>,
    memos: HashMap<&'a str, &'a Series>,
}

impl History {
    /// Adds a moment, if the last one is long enough ago.
    pub(crate) fn record(&mut self, now: f64, memos: &[MemoInfo]) {
        if self.moments.back().is_some_and(|last| now - last < APART * 0.9) {
            return;
        }
        let busiest = busiest(memos);
        self.memos.retain(|name, _| busiest.contains(name.as_str()));
        self.forget_before(now - SPAN);
        self.moments.push_back(now);
        for memo in memos.iter().filter(|memo| busiest.contains(memo.name.as_str())) {
            self.add(memo);
        }
    }

    pub(crate) fn of(&self, name: Option<&str>) -> Recorded<'_> {
        let wanted = |(key, _): &(&String, &Series)| name.is_none_or(|name| name == *key);
        let memos = self.memos.iter().filter(wanted).map(|(name, series)| (name.as_str(), series)).collect();
        Recorded { moments: &self.moments, memos }
    }

    fn forget_before(&mut self, oldest: f64) {
        while self.moments.front().is_some_and(|&moment| moment < oldest) || self.moments.len() >= MOMENTS {
            self.moments.pop_front();
        }
        let most = self.moments.len();
        self.memos.values_mut().for_each(|series| series.shorten(most));
    }

    fn add(&mut self, memo: &MemoInfo) {
        let now = (memo.stats.hits, memo.stats.misses);
        if let Some(series) = self.memos.get_mut(&memo.name) {
            series.add(now);
        } else {
            // What it did before is of no known moment.
            self.memos.insert(memo.name.clone(), Series { last: now, ..Series::default() });
        }
    }
}

impl Series {
    fn add(&mut self, now: (u64, u64)) {
        self.hits.push_back(now.0.saturating_sub(self.last.0));
        self.misses.push_back(now.1.saturating_sub(self.last.1));
        self.last = now;
    }

    fn shorten(&mut self, most: usize) {
        let old = self.hits.len().saturating_sub(most);
        self.hits.drain(..old);
        self.misses.drain(..old);
    }
}

/// The memos with the most calls so far.
fn busiest(memos: &[MemoInfo]) -> HashSet<&str> {
    let mut calls: Vec<_> =
        memos.iter().map(|memo| (memo.stats.hits + memo.stats.misses, memo.name.as_str())).collect();
    if calls.len() > BUSIEST {
        calls.select_nth_unstable_by(BUSIEST, |one, other| other.cmp(one));
        calls.truncate(BUSIEST);
    }
    calls.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memo_core::weak_memo;

    use super::*;

    #[weak_memo(name = "recorded")]
    fn recorded(of: &Arc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }

    fn memo() -> MemoInfo {
        memo_core::memos().into_iter().find(|memo| memo.name == "recorded").expect("it was called")
    }

    /// As if it were one of many.
    fn numbered(memo: &MemoInfo, number: usize) -> MemoInfo {
        let mut memo = memo.clone();
        memo.name = format!("memo {number}");
        memo.stats.hits = number as u64;
        memo
    }

    #[test]
    fn a_moment_has_what_came_since_the_one_before() {
        let (of, mut history) = (Arc::new(1), History::default());
        recorded(&of, 1);
        history.record(0.0, &[memo()]);
        _ = [1, 1, 2].map(|key| recorded(&of, key));
        history.record(1.0, &[memo()]);
        assert_eq!(history.moments, [0.0], "too early");
        history.record(2.0, &[memo()]);
        assert_eq!(history.moments, [0.0, 2.0]);
        let series = &history.memos["recorded"];
        assert_eq!((&series.hits, &series.misses), (&VecDeque::from([2]), &VecDeque::from([1])));
        let json = String::from_utf8(crate::view::json(&history.of(Some("recorded"))).to_vec()).expect("text");
        assert_eq!(json, r#"{"moments":[0.0,2.0],"memos":{"recorded":{"hits":[2],"misses":[1]}}}"#);
        assert!(history.of(Some("another")).memos.is_empty());
    }

    #[test]
    fn it_is_bounded_in_moments_and_in_memos() {
        _ = recorded(&Arc::new(1), 1);
        let (one, mut history) = (memo(), History::default());
        let many: Vec<_> = (0..BUSIEST + 10).map(|number| numbered(&one, number)).collect();
        (0..200).for_each(|moment| history.record(f64::from(moment) * 2.0, &many));
        assert_eq!((history.moments.len(), history.memos.len()), (MOMENTS, BUSIEST));
        assert!(history.memos.contains_key("memo 1009") && !history.memos.contains_key("memo 9"));
        assert!(history.memos.values().all(|series| series.hits.len() < MOMENTS + 1));
        history.record(10_000.0, &many);
        assert_eq!(history.moments, [10_000.0], "nobody has looked for hours");
    }
}
