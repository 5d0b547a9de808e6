//! While a signal is on its way: receivers connect, disconnect, die, send, and panic.

use std::sync::{Arc, Mutex};

use memo_core::weak::{NoSender, ReceiverId, Signal};
use memo_tests::{Tally, panic_of, watchdog};

use crate::{Ear, Log, OnDrop, shared};

/// Lets a receiver do something with its own signal, and say so.
fn connect_doing(
    signal: &Arc<Signal<str>>,
    log: &Log,
    act: impl Fn(&Signal<str>) + Send + Sync + 'static,
) -> ReceiverId {
    let (weak, log) = (Arc::downgrade(signal), log.clone());
    signal.connect_strong(move |what| {
        log.add(format!("acts {what}"));
        act(&weak.upgrade().expect("it is sending"));
    })
}

#[test]
fn who_is_connected_meanwhile_is_told_the_next_time() {
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let hearer = Ear::new("a", &log);
        let theirs = hearer.clone();
        connect_doing(&signal, &log, move |signal| _ = signal.connect(&theirs, Ear::hear));
        signal.send(&NoSender, "1");
        assert_eq!(log.take(), ["acts 1"]);
        signal.send(&NoSender, "2");
        assert_eq!(log.take(), ["acts 2", "a 2"]);
    });
}

/// In Django it still is, since the list was taken before; in blinker it is not, if it was disconnected from all senders.
#[test]
fn who_is_disconnected_meanwhile_is_not_told_any_more() {
    watchdog(|| {
        let (log, signal, tally) = (Log::default(), shared(), Tally::new());
        let later = Arc::new(Mutex::new(Vec::new()));
        let (theirs, seen) = (later.clone(), tally.clone());
        connect_doing(&signal, &log, move |signal| {
            for id in theirs.lock().unwrap().drain(..) {
                assert!(signal.disconnect(id));
                assert!(
                    !signal.has_receivers(&Arc::new(()))
                        || signal.receivers_for(&NoSender).iter().all(|one| *one != id)
                );
            }
            // This very dispatch has its list yet, and drops it when it is through.
            assert_eq!(seen.alive(), 1);
        });
        let token = tally.token();
        let hearer = log.hearer("a");
        later.lock().unwrap().push(signal.connect_strong(move |what| {
            let _ = &token;
            hearer(what);
        }));
        later.lock().unwrap().push(signal.connect(&Ear::new("a temporary", &log), Ear::hear));
        later.lock().unwrap().pop();
        signal.connect_strong(log.hearer("last"));
        signal.send(&NoSender, "x");
        assert_eq!(log.take(), ["acts x", "last x"]);
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn a_receiver_may_disconnect_itself() {
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let own = Arc::new(Mutex::new(None));
        let theirs = own.clone();
        let id = connect_doing(&signal, &log, move |signal| {
            let own: Option<ReceiverId> = theirs.lock().unwrap().take();
            assert!(own.is_none_or(|id| signal.disconnect(id)));
        });
        *own.lock().unwrap() = Some(id);
        signal.send(&NoSender, "1");
        signal.send(&NoSender, "2");
        assert_eq!(log.take(), ["acts 1"]);
    });
}

/// In Django it is still told, and lives until the end of the dispatch; in blinker it is not.
#[test]
fn who_dies_meanwhile_is_not_told_any_more() {
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let victim = Ear::new("a", &log);
        let (gone, owner) = (Arc::downgrade(&victim), Arc::new(Mutex::new(Some(victim.clone()))));
        connect_doing(&signal, &log, move |_| {
            drop(owner.lock().unwrap().take());
            assert!(gone.upgrade().is_none(), "the dispatch keeps it alive");
        });
        signal.connect(&victim, Ear::hear);
        drop(victim);
        signal.send(&NoSender, "x");
        assert_eq!(log.take(), ["acts x"]);
    });
}

/// The dispatch may be its last owner: then it ends there, after its call.
#[test]
fn a_receiver_that_lets_go_of_itself_ends_after_its_call() {
    struct Own {
        own: Mutex<Option<Arc<Own>>>,
        log: Log,
        signal: Arc<Signal<str>>,
    }
    impl Drop for Own {
        fn drop(&mut self) {
            self.log.add("dropped");
            // No lock is held.
            self.signal.connect_strong(self.log.hearer("its heir"));
        }
    }
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let object = Arc::new(Own { own: Mutex::default(), log: log.clone(), signal: signal.clone() });
        *object.own.lock().unwrap() = Some(object.clone());
        signal.connect(&object, |object, what| {
            drop(object.own.lock().unwrap().take());
            object.log.add(format!("told {what}"));
        });
        drop(object);
        signal.connect_strong(log.hearer("after"));
        signal.send(&NoSender, "1");
        assert_eq!(log.take(), ["told 1", "dropped", "after 1"]);
        signal.send(&NoSender, "2");
        assert_eq!(log.take(), ["after 2", "its heir 2"]);
    });
}

#[test]
fn a_receiver_may_send_the_same_signal() {
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let weak = Arc::downgrade(&signal);
        let hearer = log.hearer("a");
        let sender = Arc::new(());
        signal.from(&sender).connect_strong(move |what| {
            hearer(what);
            if what.len() < 3 {
                weak.upgrade().unwrap().send(&sender.clone(), &format!("{what}!"));
            }
        });
        signal.connect_strong(log.hearer("b"));
        // The sender is captured: it goes with its own receiver.
        let ids = signal.receivers_for(&NoSender);
        assert_eq!(ids.len(), 1);
        signal.send(&NoSender, "x");
        assert_eq!(log.take(), ["b x"]);
    });
    watchdog(|| {
        let (log, signal, sender) = (Log::default(), shared(), Arc::new(()));
        let (weak, again, hearer) = (Arc::downgrade(&signal), Arc::downgrade(&sender), log.hearer("a"));
        signal.from(&sender).connect_strong(move |what| {
            hearer(what);
            if what.len() < 3 {
                weak.upgrade().unwrap().send(&again.upgrade().unwrap(), &format!("{what}!"));
            }
        });
        signal.connect_strong(log.hearer("b"));
        signal.send(&sender, "x");
        assert_eq!(log.take(), ["a x", "a x!", "a x!!", "b x!!", "b x!", "b x"]);
    });
}

/// One that knows it is dead, of a sender that the dispatch borrows: the caller's own is not enough.
#[test]
fn a_sender_that_dies_meanwhile_was_a_clone_of_the_callers() {
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let sender = Arc::new(Mutex::new(None::<Arc<()>>));
        let other = Arc::new(());
        *sender.lock().unwrap() = Some(other.clone());
        signal.from(&other).connect_strong(log.hearer("other"));
        let (weak, theirs) = (Arc::downgrade(&signal), sender.clone());
        let acts = log.clone();
        signal.from(&sender).connect_strong(move |what| {
            let other = theirs.lock().unwrap().take();
            if let Some(other) = other {
                weak.upgrade().unwrap().send(&other, "to the other");
                let gone = Arc::downgrade(&other);
                drop(other);
                assert!(gone.upgrade().is_none());
            }
            acts.add(format!("acts {what}"));
        });
        drop(other);
        signal.send(&sender, "x");
        assert_eq!(log.take(), ["other to the other", "acts x"]);
        signal.send(&sender, "y");
        assert_eq!(log.take(), ["acts y"]);
        assert_eq!(format!("{signal:?}"), "Signal { receivers: 1, .. }");
    });
}

/// Law 7: what a receiver has captured ends where no lock is held, wherever that is.
#[test]
fn a_destructor_may_send_connect_and_disconnect() {
    watchdog(|| {
        let (log, signal) = (Log::default(), shared());
        let bystander = signal.connect_strong(log.hearer("bystander"));
        let with_destructor = |object: &Arc<Ear>| {
            let (weak, theirs) = (Arc::downgrade(&signal), log.clone());
            let end = OnDrop(move || {
                let Some(signal) = weak.upgrade() else { return };
                signal.send(&NoSender, "an end");
                let id = signal.connect_strong(theirs.hearer("for a moment"));
                assert!(signal.disconnect(id));
                theirs.add("dropped");
            });
            signal.connect(object, move |ear, what| {
                let _ = &end;
                ear.hear(what);
            })
        };
        let ear = Ear::new("a", &log);
        // Disconnected.
        let id = with_destructor(&ear);
        assert!(signal.disconnect(id));
        assert_eq!(log.take(), ["bystander an end", "dropped"]);
        // Found dead by a dispatch.
        with_destructor(&ear);
        drop(ear);
        signal.send(&NoSender, "x");
        assert_eq!(log.take(), ["bystander x", "bystander an end", "dropped"]);
        // Found dead by the next to be connected, among many.
        for _ in 0..20 {
            with_destructor(&Ear::new("a", &log));
        }
        assert!(log.take().iter().filter(|line| *line == "dropped").count() >= 8);
        // Refused, since the same one is connected.
        let ear = Ear::new("b", &log);
        let first = signal.id("uid").connect(&ear, Ear::hear);
        let (weak, theirs) = (Arc::downgrade(&signal), log.clone());
        let end = OnDrop(move || _ = weak.upgrade().map(|signal| signal.send(&NoSender, "refused")));
        let again = signal.id("uid").connect(&ear, move |_, _| _ = (&end, &theirs));
        assert_eq!(again, first);
        let heard = log.take();
        assert!(heard.contains(&"bystander refused".to_owned()), "{heard:?}");
        assert!(signal.disconnect(bystander));
        // With the signal itself.
        with_destructor(&ear);
        drop(signal);
    });
}

#[test]
fn a_panic_meanwhile_leaves_what_was_connected_and_disconnected() {
    watchdog(|| {
        let (log, signal, tally) = (Log::default(), shared(), Tally::new());
        let token = tally.token();
        let victim = signal.connect_strong(move |_| _ = &token);
        let hearer = log.hearer("heir");
        let heir = Mutex::new(Some(hearer));
        connect_doing(&signal, &log, move |signal| {
            signal.disconnect(victim);
            let heir = heir.lock().unwrap().take();
            if let Some(heir) = heir {
                signal.connect_strong(heir);
                panic!("enough");
            }
        });
        assert_eq!(panic_of(|| signal.send(&NoSender, "1")), "enough");
        assert_eq!(tally.alive(), 0);
        assert_eq!(log.take(), ["acts 1"]);
        signal.send(&NoSender, "2");
        assert_eq!(log.take(), ["acts 2", "heir 2"]);
    });
}
