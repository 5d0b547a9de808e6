//! Connecting and disconnecting: what is the same receiver, what the second gets, what disconnecting says.

use std::sync::Arc;

use memo_core::weak::{NoSender, ReceiverId, Signal};

use crate::{Ear, Log};

static OF_THE_PROCESS: Signal<str> = Signal::new();

#[test]
fn a_signal_can_be_a_static() {
    let log = Log::default();
    let hearer = OF_THE_PROCESS.connect_scoped(log.hearer("a"));
    OF_THE_PROCESS.send(&NoSender, "x");
    drop(hearer);
    assert_eq!(log.take(), ["a x"]);
    assert!(!OF_THE_PROCESS.has_receivers(&NoSender));
}

#[test]
fn receivers_are_told_in_the_order_in_which_they_were_connected() {
    let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
    let (a, c) = (Ear::new("a", &log), Ear::new("c", &log));
    let ids = [
        signal.connect(&a, Ear::hear),
        signal.from(&sender).connect_strong(log.hearer("b")),
        signal.from(&sender).connect(&c, Ear::hear),
        signal.connect_strong(log.hearer("d")),
    ];
    assert!(ids.is_sorted());
    assert_eq!(signal.receivers_for(&sender), ids);
    signal.send(&sender, "x");
    assert_eq!(log.take(), ["a x", "b x", "c x", "d x"]);
    signal.disconnect(ids[1]);
    signal.connect_strong(log.hearer("e"));
    signal.send(&sender, "y");
    assert_eq!(log.take(), ["a y", "c y", "d y", "e y"]);
}

/// Case 109: django::test_multiple_registration.
#[test]
fn one_method_of_one_object_is_connected_once() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let (a, b) = (Ear::new("a", &log), Ear::new("b", &log));
    let first = signal.connect(&a, Ear::hear);
    for _ in 0..5 {
        assert_eq!(signal.connect(&a, Ear::hear), first);
        assert_eq!(signal.connect(&a.clone(), Ear::hear), first);
    }
    signal.send(&NoSender, "x");
    assert_eq!(log.take(), ["a x"]);

    // Another method of it, and the same method of another, are others.
    assert_ne!(signal.connect(&a, Ear::hear_loudly), first);
    assert_ne!(signal.connect(&b, Ear::hear), first);
    signal.send(&NoSender, "x");
    assert_eq!(log.take(), ["a x", "a X", "b x"]);
}

#[test]
fn a_function_that_captures_nothing_is_connected_once_and_a_closure_each_time() {
    let signal = Signal::<str, usize>::new();
    let connect_function = || signal.connect_strong(str::len);
    assert_eq!(connect_function(), connect_function());
    let connect_closure = |more: usize| signal.connect_strong(move |text| text.len() + more);
    assert_ne!(connect_closure(1), connect_closure(1));
    let answers: Vec<_> = signal.send(&NoSender, "abc").into_iter().map(|(_, answer)| answer).collect();
    assert_eq!(answers, [3, 4, 4]);
}

/// For one sender: django's `lookup_key` has the sender in it.
#[test]
fn for_another_sender_the_same_method_is_another_receiver() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let (s, t, a) = (Arc::new(()), Arc::new(()), Ear::new("a", &log));
    let of_s = signal.from(&s).connect(&a, Ear::hear);
    assert_eq!(signal.from(&s).connect(&a, Ear::hear), of_s);
    let of_t = signal.from(&t).connect(&a, Ear::hear);
    assert_ne!(of_t, of_s);
    signal.send(&s, "s");
    signal.send(&t, "t");
    signal.send(&NoSender, "nobody");
    assert_eq!(log.take(), ["a s", "a t"]);

    // As in Django, and not in blinker: who hears everybody, and a sender besides, is told twice.
    let of_all = signal.connect(&a, Ear::hear);
    assert_eq!(signal.receivers_for(&s), [of_s, of_all]);
    signal.send(&s, "s");
    assert_eq!(log.take(), ["a s", "a s"]);
}

/// Case 109: django::test_uid_registration.
#[test]
fn of_one_id_the_first_is_connected() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let first = signal.id("uid").connect_strong(log.hearer("a"));
    assert_eq!(signal.id(String::from("uid")).connect_strong(log.hearer("b")), first);
    let weak = Ear::new("c", &log);
    assert_eq!(signal.id("uid").connect(&weak, Ear::hear), first);
    signal.send(&NoSender, "x");
    assert_eq!(log.take(), ["a x"]);

    // Under an id, one function may be connected more than once.
    let c = signal.id("c").connect(&weak, Ear::hear);
    let d = signal.id("d").connect(&weak, Ear::hear);
    assert_ne!(c, d);

    let sender = Arc::new(());
    assert_ne!(signal.from(&sender).id("uid").connect_strong(log.hearer("e")), first, "of a sender it is another");
    assert!(signal.disconnect_id("uid"));
    assert!(!signal.disconnect_id("uid"));
    assert!(signal.from(&sender).disconnect_id("uid"));
    signal.send(&sender, "y");
    assert_eq!(log.take(), ["c y", "c y"]);
}

#[test]
fn an_id_is_free_again_when_its_receiver_is_disconnected_or_dead() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let first = signal.id("uid").connect_strong(log.hearer("a"));
    assert!(signal.disconnect(first));
    let ear = Ear::new("b", &log);
    let second = signal.id("uid").connect(&ear, Ear::hear);
    assert_ne!(first, second);
    drop(ear);
    let third = signal.id("uid").connect_strong(log.hearer("c"));
    assert!(third > second);
    let sender = Arc::new(());
    signal.from(&sender).id("of a sender").connect_strong(log.hearer("d"));
    drop(sender);
    let sender = Arc::new(());
    signal.from(&sender).id("of a sender").connect_strong(log.hearer("e"));
    signal.send(&sender, "x");
    assert_eq!(log.take(), ["c x", "e x"]);
}

/// Cases 59 and 109: django::test_values_returned_by_disconnection, test_disconnection.
#[test]
fn disconnecting_says_whether_there_was_one_alive() {
    let (log, signal, other) = (Log::default(), Signal::<str>::new(), Signal::<str>::new());
    let (a, b) = (Ear::new("a", &log), Ear::new("b", &log));
    let first = signal.connect(&a, Ear::hear);
    assert!(!other.disconnect(first), "of another signal");
    assert!(signal.disconnect(first));
    assert!(!signal.disconnect(first));
    let second = signal.connect(&b, Ear::hear);
    drop(b);
    assert!(!signal.disconnect(second), "it has gone by itself");
    let again = signal.connect(&a, Ear::hear);
    assert_ne!(again, first);
    assert_eq!(signal.receivers_for(&NoSender), [again]);
}

/// django::test_has_listeners, blinker::test_has_receivers.
#[test]
fn it_says_whom_it_would_tell() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let (s, t, a) = (Arc::new(()), Arc::new(()), Ear::new("a", &log));
    let asked =
        |signal: &Signal<str>| [signal.has_receivers(&s), signal.has_receivers(&t), signal.has_receivers(&NoSender)];
    assert_eq!(asked(&signal), [false; 3]);
    let of_s = signal.from(&s).connect(&a, Ear::hear);
    assert_eq!(asked(&signal), [true, false, false]);
    let of_all = signal.connect(&a, Ear::hear_loudly);
    assert_eq!(asked(&signal), [true; 3]);
    assert_eq!(signal.receivers_for(&s), [of_s, of_all]);
    signal.disconnect(of_all);
    assert_eq!(asked(&signal), [true, false, false]);
    drop(a);
    assert_eq!(asked(&signal), [false; 3]);
    signal.from(&s).connect(&Ear::new("a temporary", &log), Ear::hear);
    assert_eq!(signal.receivers_for(&s), []);
    assert_eq!(log.take(), [""; 0], "to ask is not to tell");
}

/// blinker's `connected_to` disconnects its receiver from all senders at its end (`findings/blinker_connected_to.sh`).
#[test]
fn a_scoped_receiver_goes_with_its_guard_and_leaves_the_others() {
    let (signal, sender) = (Signal::<str, usize>::new(), Arc::new(()));
    let before = signal.connect_strong(str::len);
    let scoped = signal.from(&sender).connect_scoped(str::len);
    assert_ne!(scoped.id(), before, "it is connected beside what there is");
    assert_eq!(signal.send(&sender, "abc"), [(before, 3), (scoped.id(), 3)]);
    assert_eq!(signal.send(&NoSender, "abc"), [(before, 3)]);
    drop(scoped);
    assert_eq!(signal.send(&sender, "abc"), [(before, 3)]);
    assert_eq!(signal.connect_strong(str::len), before);

    let scoped = signal.connect_scoped(str::len);
    assert!(signal.disconnect(scoped.id()), "also before");
    drop(scoped);
    assert_eq!(signal.receivers_for(&sender), [before], "also of everybody");
    let scoped = signal.id("a name").connect_scoped(str::len);
    assert!(!signal.disconnect_id("a name"), "it goes by no name");
    drop(scoped);
}

#[test]
fn no_two_receivers_have_one_number() {
    let (a, b) = (Signal::<str, usize>::new(), Signal::<str, usize>::new());
    let mut ids: Vec<ReceiverId> =
        (0..100).map(|n| [&a, &b][n % 2].connect_strong(move |text| text.len() + n)).collect();
    let before = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), before);
    assert!(ids.is_sorted());
}

/// Arguments and answers stay on the thread that sends.
#[test]
fn a_signal_is_for_all_threads_whatever_its_arguments_and_answers_are() {
    fn for_all_threads<T: Send + Sync + std::panic::RefUnwindSafe>(_: &T) {}
    for_all_threads(&Signal::<std::rc::Rc<()>, *const ()>::new());
}

#[test]
fn what_it_prints() {
    let (signal, sender) = (Signal::<str, usize>::new(), Arc::new(()));
    assert_eq!(format!("{signal:?}"), "Signal { receivers: 0, .. }");
    let id = signal.connect_strong(str::len);
    let connect = signal.from(&sender).id("a");
    assert_eq!(format!("{connect:?}"), r#"Connect { filtered: true, id: Some("a") }"#);
    assert_eq!(format!("{signal:?}"), "Signal { receivers: 1, .. }");
    let scoped = connect.connect_scoped(str::len);
    assert_eq!(format!("{scoped:?}"), format!("Scoped({:?})", scoped.id()));
    assert_ne!(scoped.id(), id);
}
