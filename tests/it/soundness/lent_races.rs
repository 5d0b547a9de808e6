//! Lent results where flights fail: whoever computes beside another gets the one result that is stored.

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, in_time, watchdog};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

/// What a body is told to do, by the name of its caller, and when.
#[derive(Default)]
struct Stage {
    cues: Mutex<HashMap<String, Receiver<Result<u32, ()>>>>,
    entered: Mutex<Vec<String>>,
}

impl Stage {
    fn play(&self) -> Result<u32, ()> {
        let name = thread::current().name().expect("named by the test").to_owned();
        let cue = self.cues.lock().expect("no panic").remove(&name).expect("one compute a caller");
        self.entered.lock().expect("no panic").push(name);
        cue.recv().expect("the test gives the cue")
    }

    fn expect(&self, name: &str) -> Sender<Result<u32, ()>> {
        let (cue, taken) = channel();
        self.cues.lock().expect("no panic").insert(name.to_owned(), taken);
        cue
    }

    fn wait_for(&self, name: &str) {
        in_time(|| self.entered.lock().expect("no panic").iter().any(|entered| entered == name));
    }
}

/// The first compute fails; one who waited goes on alone; a third leads a new flight meanwhile. Whoever ends first, both
/// are lent one and the same result.
macro_rules! a_waiter_and_a_new_leader {
    ($test:ident, $memo:ident, $call:expr) => {
        #[test]
        fn $test() {
            watchdog(|| {
                for new_leader_first in [false, true] {
                    let doc = Arc::new(Anchored::new(Stage::default()));
                    let [first, waiter, leader] = ["first", "waiter", "leader"].map(|name| doc.expect(name));
                    let waits = $memo().stats().waits;
                    thread::scope(|scope| {
                        let call = $call;
                        let run = |name: &str| {
                            let named = thread::Builder::new().name(name.to_owned());
                            let doc = &doc;
                            let address =
                                move || call(doc).map(|lent: &String| (lent.clone(), std::ptr::from_ref(lent).addr()));
                            named.spawn_scoped(scope, address).expect("a thread can be started")
                        };
                        let failing = run("first");
                        doc.wait_for("first");
                        let waiting = run("waiter");
                        in_time(|| $memo().stats().waits == waits + 1);
                        first.send(Err(())).expect("it waits");
                        doc.wait_for("waiter");
                        assert_eq!(failing.join().expect("no panic"), Err(()));
                        let leading = run("leader");
                        doc.wait_for("leader");
                        let mut cues = [(waiter, 1), (leader, 2)];
                        if new_leader_first {
                            cues.reverse();
                        }
                        let [(now, value), (later, other)] = cues;
                        now.send(Ok(value)).expect("it waits");
                        if new_leader_first {
                            in_time(|| $memo().stats().entries > 0);
                        }
                        later.send(Ok(other)).expect("it waits");
                        let waited = waiting.join().expect("the waiter does not panic").expect("it was told a value");
                        let led = leading.join().expect("the leader does not panic").expect("it was told a value");
                        assert_eq!(waited, led, "two results of one key are lent");
                    });
                }
            });
        }
    };
}

#[weak_memo]
fn bare(doc: &Arc<Anchored<Stage>>) -> Result<&String, ()> {
    doc.play().map(|number| number.to_string())
}

#[weak_memo(capacity = unbounded)]
fn keyed(doc: &Arc<Anchored<Stage>>, number: u32) -> Result<&String, ()> {
    let _ = number;
    doc.play().map(|number| number.to_string())
}

a_waiter_and_a_new_leader!(one_result_without_a_key, bare_memo, bare);
a_waiter_and_a_new_leader!(one_result_with_a_key, keyed_memo, |doc| keyed(doc, 7));

/// `single_flight = false`: all racers are lent the first published result, and all others are dropped.
#[test]
fn racers_are_lent_one_result() {
    #[weak_memo(single_flight = false)]
    fn bare(doc: &Anchored<(Tally, Barrier)>) -> &Token {
        doc.1.wait();
        doc.0.token()
    }

    #[weak_memo(single_flight = false, capacity = unbounded)]
    fn keyed<'w>(doc: &'w Anchored<(Tally, Barrier)>, other: &'w Arc<u32>) -> &'w Token {
        let _ = other;
        doc.1.wait();
        doc.0.token()
    }

    watchdog(|| {
        let tally = Tally::new();
        for _ in 0..300 {
            let doc = Anchored::new((tally.clone(), Barrier::new(4)));
            let other = Arc::new(1);
            let addresses: Vec<[usize; 2]> = thread::scope(|scope| {
                let racers: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| [bare(&doc), keyed(&doc, &other)].map(|token| std::ptr::from_ref(token).addr()))
                    })
                    .collect();
                racers.into_iter().map(|racer| racer.join().expect("no panic")).collect()
            });
            assert!(addresses.iter().all(|address| *address == addresses[0]));
            assert_eq!(tally.alive(), 2);
            drop(doc);
            assert_eq!(tally.alive(), 0);
        }
    });
}
