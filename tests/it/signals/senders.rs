//! Who can send: by identity, alive or not, in an `Arc` or with an anchor inside, or nobody.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use memo_core::weak::{NoSender, Signal};
use memo_core::{Anchor, Anchored, HasAnchor, sweep};
use memo_tests::alone;

use crate::Log;

/// Cases 4 and 5. In Django two equal senders share what is cached (`findings/django_cached_by_equality.sh`).
#[test]
fn equal_senders_are_two_and_are_never_compared() {
    #[derive(Debug)]
    struct Hostile;
    impl PartialEq for Hostile {
        fn eq(&self, _: &Self) -> bool {
            panic!("compared")
        }
    }
    impl Eq for Hostile {}
    impl Hash for Hostile {
        fn hash<H: Hasher>(&self, _: &mut H) {
            panic!("hashed")
        }
    }
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let (s, t) = (Arc::new(Hostile), Arc::new(Hostile));
    signal.from(&s).connect_strong(log.hearer("s"));
    for _ in 0..2 {
        signal.send(&s, "1");
        signal.send(&t, "2");
        signal.send(&s.clone(), "3");
        assert_eq!(log.take(), ["s 1", "s 3"]);
    }
}

/// Cases 13 and 14.
#[test]
fn senders_of_any_type_and_size() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let unit = Arc::new(());
    let text: Arc<str> = "sender".into();
    let slice: Arc<[u64]> = Arc::new([1, 2]);
    let number = Arc::new(1);
    let shown: Arc<dyn std::fmt::Debug> = number.clone();
    let borrowing = String::from("borrowed");
    let borrowing = Arc::new(borrowing.as_str());
    signal.from(&unit).connect_strong(log.hearer("unit"));
    signal.from(&text).connect_strong(log.hearer("text"));
    signal.from(&slice).connect_strong(log.hearer("slice"));
    signal.from(&number).connect_strong(log.hearer("number"));
    signal.from(&borrowing).connect_strong(log.hearer("borrowing"));
    signal.send(&unit, "1");
    signal.send(&Arc::new(()), "2");
    signal.send(&text, "3");
    signal.send(&slice, "4");
    signal.send(&number, "5");
    signal.send(&shown, "6");
    signal.send(&borrowing, "7");
    assert_eq!(log.take(), ["unit 1", "text 3", "slice 4", "number 5", "number 6", "borrowing 7"]);
}

#[derive(HasAnchor)]
struct Node {
    name: &'static str,
    anchor: Anchor,
}

#[test]
fn a_sender_with_an_anchor_inside_is_itself_wherever_it_moves() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let node = Node { name: "a", anchor: Anchor::new() };
    signal.from(&node).connect_strong(log.hearer("node"));
    let mut boxed = Box::new(node);
    signal.send(&*boxed, "boxed");
    signal.send(&Node { name: "a", anchor: Anchor::new() }, "another");
    signal.send(&*boxed as &dyn HasAnchor, "dyn");
    boxed.name = "b";
    signal.send(&*boxed, "changed");
    assert_eq!(log.take(), ["node boxed", "node dyn", "node changed"]);
    drop(boxed);
    assert!(!signal.has_receivers(&NoSender));
}

/// Law 13: it is another one, for all that remembers anything of it.
#[test]
fn an_anchored_sender_that_was_changed_is_another() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let mut sender = Anchored::new(1);
    let first = signal.from(&sender).connect_strong(log.hearer("a"));
    signal.connect_strong(log.hearer("all"));
    signal.send(&sender, "1");
    assert_eq!(log.take(), ["a 1", "all 1"]);
    *sender += 1;
    signal.send(&sender, "2");
    assert_eq!(log.take(), ["all 2"]);
    assert!(!signal.disconnect(first));
}

/// Case 7: django::test_garbage_collected_sender. Before 6.0 it had the receivers of another that lay where it lies.
#[test]
fn a_new_sender_at_the_address_of_a_dead_one_is_another() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    signal.connect_strong(log.hearer("all"));
    for _ in 0..1000 {
        let sender = Arc::new([0_u64; 3]);
        assert_eq!(signal.receivers_for(&sender).len(), 1, "nobody hears this one yet");
        signal.from(&sender).connect_strong(log.hearer("one"));
        signal.send(&sender, "x");
        assert_eq!(log.take(), ["all x", "one x"]);
        drop(sender);
        sweep();
    }
    let mut node = Box::new(Node { name: "a", anchor: Anchor::new() });
    for _ in 0..1000 {
        signal.from(&*node).connect_strong(log.hearer("node"));
        signal.send(&*node, "x");
        assert_eq!(log.take(), ["all x", "node x"]);
        *node = Node { name: "another, in the same place", anchor: Anchor::new() };
        signal.send(&*node, "y");
        assert_eq!(log.take(), ["all y"]);
    }
}

#[test]
fn from_nobody_and_for_everybody() {
    let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
    signal.from(&sender).connect_strong(log.hearer("one"));
    signal.from(&NoSender).connect_strong(log.hearer("all"));
    signal.send(&NoSender, "1");
    signal.send(&sender, "2");
    signal.send(&Arc::new(1), "3");
    assert_eq!(log.take(), ["all 1", "one 2", "all 2", "all 3"]);
}

#[test]
fn where_nobody_is_choosy_a_sender_is_not_even_looked_at() {
    let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
    signal.connect_strong(log.hearer("a"));
    signal.send(&sender, "x");
    assert_eq!(Arc::weak_count(&sender), 0);
    signal.from(&Arc::new(())).connect_strong(log.hearer("b"));
    signal.send(&sender, "y");
    assert_eq!(log.take(), ["a x", "a y"]);
}

/// django::test_cached_garbaged_collected.
#[test]
fn no_sender_is_kept_alive() {
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let (sender, other) = (Arc::new(1), Arc::new(2));
        signal.from(&sender).connect_strong(log.hearer("a"));
        signal.connect_strong(log.hearer("b"));
        for _ in 0..3 {
            signal.send(&sender, "x");
            signal.send(&other, "x");
        }
        assert_eq!(Arc::strong_count(&sender), 1);
        assert_eq!(Arc::strong_count(&other), 1);
        let (gone, gone_too) = (Arc::downgrade(&sender), Arc::downgrade(&other));
        drop((sender, other));
        assert!(gone.upgrade().is_none());
        assert!(gone_too.upgrade().is_none());
        // What is left is that of those who hear everybody.
        sweep();
        assert_eq!(signal.send(&NoSender, "y").len(), 1);
    });
}
