//! What `store = ..` makes of a function: results pass from process to process, and die with their objects.
//!
//! A process of these tests is a store with objects of its own: what the memo itself remembers belongs to other objects.

mod arguments;
mod contents;
mod forms;
mod futures;
mod hygiene;
mod identity;
mod lifetimes;
mod results;

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use memo_store::engine::{Collected, Engine, Found, Hold, Holder, Memory, Renewed};
use memo_store::{Fault, Key, Secret, Store};

thread_local! {
    /// The process that this thread is of.
    static HERE: RefCell<Option<Store>> = const { RefCell::new(None) };
    /// How many bodies ran.
    static RAN: Cell<usize> = const { Cell::new(0) };
}

/// The store of every memo of these tests.
fn here() -> Option<Store> {
    HERE.with_borrow(Clone::clone)
}

/// Called by each body.
fn runs() {
    RAN.set(RAN.get() + 1);
}

/// Counts the looks.
#[derive(Clone)]
struct Counted {
    memory: Memory,
    gets: Arc<AtomicUsize>,
}

impl Engine for Counted {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        self.gets.fetch_add(1, Ordering::Relaxed);
        self.memory.get(key, hold)
    }
    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        self.memory.put(key, entry, hold)
    }
    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        self.memory.renew(holder, lease, holds)
    }
    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        self.memory.release(holder, holds)
    }
    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        self.memory.discard(key, entry)
    }
    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        self.memory.collect(at_most, grace)
    }
}

/// Two processes and what they share.
struct Fleet {
    engine: Counted,
    stores: [Store; 2],
}

const SOON: Duration = Duration::from_secs(30);

impl Fleet {
    fn new() -> Self {
        let engine = Counted { memory: Memory::new(), gets: Arc::default() };
        let open = || {
            let secret = Secret::new("sixteen bytes or more");
            Store::builder(engine.clone(), secret).wait(SOON).open().expect("a thread can be started")
        };
        RAN.set(0);
        Self { stores: [open(), open()], engine }
    }

    /// Runs in one of the processes, until all that it does is done. Returns how many bodies ran, too.
    fn within<R>(&self, process: usize, run: impl FnOnce() -> R) -> (R, usize) {
        let before = RAN.get();
        HERE.set(Some(self.stores[process].clone()));
        let result = run();
        HERE.set(None);
        self.flush();
        (result, RAN.get() - before)
    }

    fn flush(&self) {
        assert!(self.stores.iter().all(|store| store.flush(SOON)));
    }

    fn gets(&self) -> usize {
        self.engine.gets.load(Ordering::Relaxed)
    }

    /// Other tests may be sweeping what is this one's.
    fn nothing_is_held(&self) {
        let until = Instant::now() + SOON;
        loop {
            memo_core::sweep();
            self.flush();
            if self.engine.memory.holds() == 0 {
                assert!(self.stores.iter().all(|store| store.stats().held == 0));
                return;
            }
            assert!(Instant::now() < until, "{} are held: {:?}", self.engine.memory.holds(), self.stores);
            std::thread::yield_now();
        }
    }
}

/// What every memo with a store does: a second process computes nothing, a hit does not ask the store, and what died is not held. `made` makes the arguments
/// anew, of the same content each time.
fn is_shared<A, R: PartialEq + Debug>(made: impl Fn() -> A, call: impl Fn(&A) -> R) {
    let fleet = Fleet::new();
    let (first, second) = (made(), made());
    let (result, ran) = fleet.within(0, || call(&first));
    assert_eq!((ran, fleet.engine.memory.len(), fleet.gets()), (1, 1, 1));
    assert_eq!(fleet.within(0, || call(&first)), (result, 0), "remembered");
    assert_eq!(fleet.gets(), 1, "a hit asks nobody");
    assert_eq!(fleet.within(1, || call(&second)), (call(&first), 0), "found");
    assert_eq!((fleet.gets(), fleet.engine.memory.holds()), (2, 2));
    drop((first, second));
    fleet.nothing_is_held();
    assert_eq!(fleet.within(1, || call(&made())).1, 0, "still there for a while");
}

/// A memo whose calls with these arguments do not meet: each computes.
fn are_apart<A, R>(calls: impl IntoIterator<Item = A>, call: impl Fn(A) -> R) {
    let fleet = Fleet::new();
    let mut count = 0;
    let results: Vec<_> = calls
        .into_iter()
        .map(|arguments| {
            count += 1;
            let (result, ran) = fleet.within(count % 2, || call(arguments));
            assert_eq!((ran, fleet.engine.memory.len()), (1, count));
            result
        })
        .collect();
    drop(results);
    fleet.nothing_is_held();
}
