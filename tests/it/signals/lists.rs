//! What a sender's signals go through is a memo of the library's own: each test is a process of its own, and reads its statistics.

use std::sync::Arc;

use memo_core::weak::{NoSender, Signal};
use memo_core::{Anchor, HasAnchor, Stats, memos, sweep};
use memo_tests::{alone, assert_balanced};

use crate::{Ear, Log};

/// The statistics of all memos whose name has this in it.
fn stats(name: &str) -> Vec<Stats> {
    let memos = memos().into_iter().filter(|memo| memo.name.contains("signal::registry") && memo.name.contains(name));
    memos.map(|memo| memo.stats).inspect(|stats| assert_balanced(stats)).collect()
}

fn of_one(name: &str) -> Stats {
    let [stats] = stats(name).try_into().expect("one memo");
    stats
}

const BY_SENDER: &str = "::hearing<";
const BY_NOBODY: &str = "::hearing_everybody<";

#[test]
fn a_senders_list_is_computed_once_and_then_hit() {
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let (s, t) = (Arc::new(1), Arc::new(2));
        signal.from(&s).connect_strong(log.hearer("a"));
        signal.connect_strong(log.hearer("b"));
        for _ in 0..10 {
            signal.send(&s, "x");
        }
        for _ in 0..5 {
            signal.send(&t, "x");
            assert!(signal.has_receivers(&t));
        }
        let stats = of_one(BY_SENDER);
        assert_eq!((stats.computes, stats.hits, stats.entries), (2, 18, 2));
        for _ in 0..4 {
            signal.send(&NoSender, "x");
        }
        let stats = of_one(BY_NOBODY);
        assert_eq!((stats.computes, stats.hits), (1, 3));
    });
}

#[test]
fn connecting_and_disconnecting_end_all_lists() {
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let senders = [Arc::new(1), Arc::new(2), Arc::new(3)];
        signal.from(&senders[0]).connect_strong(log.hearer("a"));
        let send_all = || senders.each_ref().map(|sender| signal.send(sender, "x").len());
        assert_eq!(send_all(), [1, 0, 0]);
        assert_eq!(of_one(BY_SENDER).entries, 3);
        let b = signal.connect_strong(log.hearer("b"));
        assert_eq!(of_one(BY_SENDER).entries, 0, "gone at once");
        assert_eq!(send_all(), [2, 1, 1]);
        assert_eq!(send_all(), [2, 1, 1]);
        assert_eq!(of_one(BY_SENDER).computes, 6);
        signal.disconnect(b);
        assert_eq!(of_one(BY_SENDER).entries, 0);
        assert_eq!(send_all(), [1, 0, 0]);
        assert_eq!((of_one(BY_SENDER).computes, of_one(BY_SENDER).dropped), (9, 6));
        // Nothing changes: nothing ends.
        signal.disconnect(b);
        let connect = || signal.id("uid").connect_strong(log.hearer("c"));
        connect();
        send_all();
        connect();
        assert_eq!(of_one(BY_SENDER).entries, 3);
    });
}

#[test]
fn a_dispatch_under_way_keeps_its_list() {
    alone(|| {
        let (log, signal, sender) = (Log::default(), crate::shared(), Arc::new(()));
        let (weak, theirs) = (Arc::downgrade(&signal), log.clone());
        signal.from(&sender).connect_strong(move |_| {
            let signal = weak.upgrade().unwrap();
            signal.connect_strong(theirs.hearer("new"));
            assert_eq!(of_one(BY_SENDER).entries, 1, "it is being used");
        });
        signal.connect_strong(log.hearer("old"));
        signal.send(&sender, "x");
        assert_eq!(log.take(), ["old x"]);
        assert_eq!(of_one(BY_SENDER).entries, 0, "and gone with the dispatch");
    });
}

#[test]
fn removing_the_dead_ends_all_lists_and_a_look_at_the_living_none() {
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let (sender, ear) = (Arc::new(()), Ear::new("a", &log));
        signal.from(&sender).connect(&ear, Ear::hear);
        signal.connect_strong(log.hearer("b"));
        for _ in 0..10 {
            signal.send(&sender, "x");
        }
        assert_eq!(of_one(BY_SENDER).computes, 1);
        drop(ear);
        for _ in 0..10 {
            signal.send(&sender, "x");
        }
        // Nobody is choosy any more.
        assert_eq!(of_one(BY_SENDER).computes, 1);
        assert_eq!(of_one(BY_NOBODY).computes, 1);
    });
}

#[test]
fn a_list_goes_with_its_sender() {
    #[derive(HasAnchor)]
    struct Node {
        anchor: Anchor,
    }
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        signal.from(&Arc::new(())).connect_strong(log.hearer("a"));
        let keep = Arc::new(());
        signal.from(&keep).connect_strong(log.hearer("b"));
        let node = Node { anchor: Anchor::new() };
        signal.send(&node, "x");
        signal.send(&node, "x");
        let entries = || stats(BY_SENDER).iter().map(|stats| stats.entries).sum::<u64>();
        assert_eq!(entries(), 1);
        drop(node);
        assert_eq!(entries(), 0);
        let sender = Arc::new(1);
        signal.send(&sender, "x");
        assert_eq!(entries(), 1);
        drop(sender);
        sweep();
        assert_eq!(entries(), 0);
    });
}

/// Nothing a user asks to be cleared: the lists are no results of theirs.
#[test]
fn clearing_all_memos_changes_no_answer() {
    alone(|| {
        let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
        signal.from(&sender).connect_strong(log.hearer("a"));
        signal.send(&sender, "1");
        memo_core::clear_all();
        signal.send(&sender, "2");
        assert_eq!(log.take(), ["a 1", "a 2"]);
        assert_eq!(memo_core::report().to_string().matches("hearing<").count(), 1);
    });
}
