//! Senders and receivers come and go: what is left of them does not grow.

use std::sync::Arc;

use memo_core::weak::{NoSender, Signal};
use memo_tests::{alone, live_bytes};

use crate::{Ear, Log};

const MANY: usize = 100_000;
/// What may be left of all that came and went, at any time.
const MOST_BYTES: usize = 1 << 20;

/// Looks after each round.
fn flat(rounds: usize, mut round: impl FnMut(usize)) {
    round(0);
    let before = live_bytes();
    for number in 1..rounds {
        round(number);
        let more = live_bytes().saturating_sub(before);
        assert!(more < MOST_BYTES, "after {number} rounds {more} bytes are held");
    }
}

#[test]
fn senders_that_send() {
    alone(|| {
        let (log, signal, keep) = (Log::default(), Signal::<str, usize>::new(), Arc::new(()));
        signal.from(&keep).connect_strong(str::len);
        signal.connect(&Ear::new("a", &log), |_, what| what.len());
        signal.connect_strong(|what| what.len() + 1);
        flat(MANY, |_| assert_eq!(signal.send(&Arc::new([0_u64; 8]), "x").len(), 1));
        assert_eq!(signal.send(&keep, "x").len(), 2);
    });
}

#[test]
fn senders_that_are_heard() {
    alone(|| {
        let (signal, keep) = (Signal::<str, usize>::new(), Arc::new(()));
        signal.from(&keep).connect_strong(str::len);
        flat(MANY, |number| {
            let sender = Arc::new([0_u64; 8]);
            signal.from(&sender).connect_strong(move |what| what.len() + number);
            assert_eq!(signal.send(&sender, "x").len(), 1);
        });
        assert_eq!(signal.send(&keep, "x").len(), 1);
    });
}

/// Nobody sends: who is connected removes the dead.
#[test]
fn receivers_and_senders_of_a_silent_signal() {
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let capture = [0_u64; 8];
        flat(MANY, |number| {
            signal.connect(&Ear::new("a", &log), move |_, _| _ = (capture, number));
            signal.connect(&Ear::new("a", &log), Ear::hear);
            signal.from(&Arc::new(1)).id("uid").connect_strong(move |_| _ = (capture, number));
        });
        assert!(!signal.has_receivers(&NoSender));
    });
}

#[test]
fn receivers_of_a_signal_that_is_sent() {
    alone(|| {
        let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
        flat(MANY, |_| {
            let ear = Ear::new("a", &log);
            signal.from(&sender).connect(&ear, Ear::hear);
            assert_eq!(signal.send(&sender, "x").len(), 1);
            assert_eq!(log.take(), ["a x"]);
        });
        signal.send(&sender, "x");
        assert_eq!(format!("{signal:?}"), "Signal { receivers: 0, .. }");
    });
}

#[test]
fn signals_themselves() {
    alone(|| {
        let (log, sender) = (Log::default(), Arc::new(()));
        flat(MANY, |_| {
            let signal = Signal::<str>::new();
            signal.from(&sender).connect_strong(log.hearer("a"));
            signal.send(&sender, "x");
            log.take();
        });
    });
}

/// To connect many, and to disconnect each, takes no time in proportion to those that are there: with a copy for each this
/// would take minutes.
#[test]
fn many_receivers_at_once() {
    alone(|| {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let ears: Vec<_> = (0..MANY).map(|_| Ear::new("a", &log)).collect();
        let ids: Vec<_> = ears.iter().map(|ear| signal.connect(ear, Ear::hear)).collect();
        assert_eq!(signal.connect(&ears[MANY / 2], Ear::hear), ids[MANY / 2]);
        assert_eq!(signal.send(&NoSender, "x").len(), MANY);
        for id in ids.iter().rev().take(MANY / 2) {
            assert!(signal.disconnect(*id));
        }
        drop(ears);
        assert_eq!(signal.send(&NoSender, "y").len(), 0);
        assert_eq!(log.take().len(), MANY);
        assert_eq!(format!("{signal:?}"), "Signal { receivers: 0, .. }");
    });
}
