//! Law 11: what is asked of a key, while a racer stores that very key between the look for it and its going.
//!
//! The look can be stopped where it compares keys of the user's: one with the same hash is stored from the start.

use std::hash::{Hash, Hasher};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use memo_core::weak_memo;
use memo_tests::watchdog;

/// Who compares waits at both of these, once.
type Stop = (Sender<()>, Receiver<()>);

/// A name whose comparisons can be stopped.
#[derive(Clone)]
struct Name(&'static str, Option<Arc<Mutex<Option<Stop>>>>);

impl Name {
    fn plain(name: &'static str) -> Self {
        Self(name, None)
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u8.hash(state);
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        let stop = [self, other].into_iter().find_map(|name| name.1.as_ref()?.lock().unwrap().take());
        if let Some((comparing, go_on)) = stop {
            comparing.send(()).unwrap();
            go_on.recv().unwrap();
        }
        self.0 == other.0
    }
}

impl Eq for Name {}

/// Says that the body has begun, and waits until it may end.
type Gate = Option<(Sender<()>, Receiver<()>)>;

#[weak_memo(single_flight = false)]
fn raced(_doc: &Arc<u32>, #[memo(value)] _name: Name, #[memo(skip)] config: u32, #[memo(skip)] gate: Gate) -> u32 {
    if let Some((begun, go_on)) = gate {
        begun.send(()).unwrap();
        go_on.recv().unwrap();
    }
    config
}

/// A racer begins to compute with configuration 1; `ask` is called with a name at whose first comparison the racer stores.
fn asked_while_it_is_stored(ask: impl FnOnce(&Arc<u32>, Name) + Send) -> Option<u32> {
    watchdog(|| stored_while_asked(ask))
}

fn stored_while_asked(ask: impl FnOnce(&Arc<u32>, Name) + Send) -> Option<u32> {
    let doc = Arc::new(0);
    raced(&doc, Name::plain("other"), 0, None);
    let ((begun, has_begun), (end, may_end)) = (channel(), channel());
    let ((comparing, compares), (go_on, may_go_on)) = (channel(), channel());
    thread::scope(|scope| {
        let racer = scope.spawn(|| raced(&doc, Name::plain("this"), 1, Some((begun, may_end))));
        has_begun.recv().unwrap();
        let stopping = Name("this", Some(Arc::new(Mutex::new(Some((comparing, may_go_on))))));
        let asking = scope.spawn(|| ask(&doc, stopping));
        compares.recv().unwrap();
        end.send(()).unwrap();
        assert_eq!(racer.join().unwrap(), 1);
        go_on.send(()).unwrap();
        asking.join().unwrap();
    });
    raced_memo().get((&doc, Name::plain("this"), 0, None))
}

#[test]
fn forgotten() {
    let stored = asked_while_it_is_stored(|doc, name| {
        assert!(raced_memo().forget((doc, name, 2, None)), "it was stored before it was forgotten");
    });
    assert_eq!(stored, None);
}

#[test]
fn refreshed() {
    let stored = asked_while_it_is_stored(|doc, name| assert_eq!(raced_memo().refresh((doc, name, 2, None)), 2));
    assert_eq!(stored, Some(2));
}

#[test]
fn inserted() {
    let stored = asked_while_it_is_stored(|doc, name| raced_memo().insert((doc, name, 2, None), 3));
    assert_eq!(stored, Some(3));
}
