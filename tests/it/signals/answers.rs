//! What comes back: of all, of some, and of those that panic or fail.

use std::sync::Arc;

use memo_core::weak::{NoSender, Signal};
use memo_tests::{Tally, message, panic_of};

use crate::{Ear, Log};

struct Bad;

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("in its destructor");
    }
}

#[test]
fn an_answer_comes_with_who_gave_it() {
    let signal = Signal::<[i32], i32>::new();
    let sum = signal.connect_strong(|numbers| numbers.iter().sum());
    let max = signal.connect_strong(|numbers| numbers.iter().copied().max().unwrap_or(0));
    assert_eq!(signal.send(&NoSender, &[1, 2, 3]), [(sum, 6), (max, 3)]);
    assert_eq!(signal.send(&NoSender, &[]), [(sum, 0), (max, 0)]);
}

#[test]
fn without_receivers_nothing_comes_back_and_nothing_is_allocated() {
    let (signal, sender) = (Signal::<str, usize>::new(), Arc::new(()));
    let before = memo_tests::allocations();
    for _ in 0..100 {
        assert_eq!(signal.send(&sender, "x"), []);
        assert!(signal.send_robust(&sender, "x").is_empty());
        assert!(!signal.has_receivers(&sender));
    }
    assert_eq!(memo_tests::allocations(), before);
}

#[test]
fn arguments_may_borrow_and_need_no_size() {
    struct Saved<'a> {
        title: &'a str,
    }
    let title = String::from("a title");
    let signal = Signal::<Saved<'_>, usize>::new();
    signal.connect_strong(|saved| saved.title.len());
    assert_eq!(signal.send(&NoSender, &Saved { title: &title })[0].1, 7);

    let signal = Signal::<dyn std::fmt::Display, String>::new();
    signal.connect_strong(|what| what.to_string());
    assert_eq!(signal.send(&NoSender, &5)[0].1, "5");
}

/// In Django and blinker an exception ends the dispatch.
#[test]
fn a_panic_comes_out_and_later_receivers_are_not_told() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    signal.connect_strong(log.hearer("before"));
    signal.connect_strong(|what| assert_ne!(what, "bad", "it was bad"));
    signal.connect_strong(log.hearer("after"));
    for _ in 0..2 {
        assert!(panic_of(|| signal.send(&NoSender, "bad")).contains("it was bad"));
        assert_eq!(log.take(), ["before bad"]);
        // Case 106: and nothing is poisoned.
        assert_eq!(signal.send(&NoSender, "good").len(), 3);
        assert_eq!(log.take(), ["before good", "after good"]);
    }
}

#[test]
fn answers_before_a_panic_are_dropped() {
    let (tally, signal) = (Tally::new(), Signal::<str, memo_tests::Token>::new());
    for _ in 0..2 {
        let tally = tally.clone();
        signal.connect_strong(move |_| tally.token());
    }
    signal.connect_strong(|what| panic!("{what}"));
    assert_eq!(panic_of(|| signal.send(&NoSender, "bad")), "bad");
    assert_eq!((tally.made(), tally.alive()), (2, 0));
}

/// django::test_robust: all are told, and what went wrong stands beside what went well.
#[test]
fn robustly_all_are_told_whichever_panics() {
    let signal = Signal::<str, Result<usize, String>>::new();
    let bad = signal.connect_strong(|what| panic!("cannot bear {what}"));
    let error = signal.connect_strong(|what| Err(format!("no {what}")));
    let good = signal.connect_strong(|what| Ok(what.len()));
    for _ in 0..2 {
        let mut answers = signal.send_robust(&NoSender, "rain").into_iter();
        let (id, panic) = answers.next().unwrap();
        assert_eq!((id, &*message(&*panic.unwrap_err())), (bad, "cannot bear rain"));
        let rest: Vec<_> = answers.map(|(id, answer)| (id, answer.unwrap())).collect();
        assert_eq!(rest, [(error, Err("no rain".into())), (good, Ok(4))]);
    }
}

#[test]
fn an_error_ends_the_dispatch_where_that_is_asked_for() {
    let (log, signal) = (Log::default(), Signal::<str, Result<usize, String>>::new());
    let good = signal.connect_strong(|what| Ok(what.len()));
    let ear = Ear::new("a", &log);
    let choosy = signal.connect(&ear, |ear, what| {
        ear.hear(what);
        if what == "bad" { Err("bad".to_owned()) } else { Ok(0) }
    });
    signal.connect(&ear, |ear, what| {
        ear.hear_loudly(what);
        Ok(1)
    });
    assert_eq!(signal.try_send(&NoSender, "bad"), Err((choosy, "bad".to_owned())));
    assert_eq!(log.take(), ["a bad"]);
    let answers = signal.try_send(&NoSender, "fine").unwrap();
    assert_eq!(answers.iter().map(|(_, answer)| *answer).collect::<Vec<_>>(), [4, 0, 1]);
    assert_eq!(answers[0].0, good);
    // All the same, `send` tells all.
    assert_eq!(signal.send(&NoSender, "bad").len(), 3);
}

/// Two panics at once would end the process.
#[test]
fn answers_that_panic_when_they_are_dropped_do_not_hide_why() {
    let signal = Signal::<str, Result<Bad, u8>>::new();
    for _ in 0..3 {
        // Captures something, so that each is another.
        let captured = 1;
        signal.connect_strong(move |_| if captured == 1 { Ok(Bad) } else { Err(0) });
    }
    signal.connect_strong(|what| if what == "bad" { panic!("in its call") } else { Err(1) });
    assert_eq!(panic_of(|| signal.send(&NoSender, "bad")), "in its call");
    assert_eq!(panic_of(|| signal.try_send(&NoSender, "an error")), "in its destructor");
}

#[test]
fn an_error_does_not_leak_beside_answers_that_panic_when_they_are_dropped() {
    let (tally, signal) = (Tally::new(), Signal::<str, Result<Bad, memo_tests::Token>>::new());
    let theirs = tally.clone();
    signal.connect_strong(|_| Ok(Bad));
    signal.connect_strong(move |_| Err(theirs.token()));
    assert_eq!(panic_of(|| signal.try_send(&NoSender, "an error")), "in its destructor");
    assert_eq!((tally.made(), tally.alive()), (1, 0));
}

#[test]
fn a_receiver_that_panics_while_it_dies_panicking_is_one_panic() {
    let signal = Signal::<std::sync::Mutex<Option<Arc<Bad>>>, Bad>::new();
    let connect = |object: &Arc<Bad>| {
        signal.connect(object, |_, last_owner| {
            drop(last_owner.lock().unwrap().take());
            panic!("in its call")
        });
    };
    let object = Arc::new(Bad);
    connect(&object);
    let args = std::sync::Mutex::new(Some(object));
    assert_eq!(panic_of(|| signal.send(&NoSender, &args)), "in its call");

    // Its answer is on its way when it dies: it panics, too, quietly.
    let object = Arc::new(Bad);
    signal.connect(&object, |_, last_owner| {
        drop(last_owner.lock().unwrap().take());
        Bad
    });
    *args.lock().unwrap() = Some(object);
    let answers = signal.send_robust(&NoSender, &args);
    assert_eq!(answers.len(), 1);
    for (_, answer) in answers {
        assert_eq!(message(&*answer.err().expect("it panicked")), "in its destructor");
    }
}
