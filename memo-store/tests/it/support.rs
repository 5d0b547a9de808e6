//! Calls as the attribute writes them, an engine that can be cut off, and waiting within a bound.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use memo_store::__private::{Call, Leases, Look};
use memo_store::engine::{Collected, Engine, Found, Hold, Holder, Memory, Renewed};
use memo_store::{Builder, Clock, Fault, FaultKind, Key, Secret, Store};

/// The objects that results are of, one by one: what they need is held as long as they live.
pub(crate) type Object = Arc<Leases>;

pub(crate) const LEASE: Duration = Duration::from_millis(200);
pub(crate) const GRACE: Duration = Duration::from_millis(200);

pub(crate) fn secret() -> Secret {
    Secret::new("at least sixteen bytes")
}

pub(crate) fn builder(engine: impl Engine) -> Builder {
    Store::builder(engine, secret()).lease(LEASE).grace(GRACE)
}

/// A process.
pub(crate) fn process(engine: impl Engine) -> Store {
    builder(engine).open().expect("it opens")
}

pub(crate) const CALL: Call = Call { path: "tests", name: "squared", version: 1 };

/// One call of a memo that misses in its process.
pub(crate) fn ask(store: &Store, object: &Object, n: u64, body: impl FnOnce() -> String) -> String {
    let mut look = begin(store, object, n, CALL);
    if let Some(found) = look.find() {
        return found;
    }
    let value = body();
    look.end(&value);
    value
}

pub(crate) fn begin(store: &Store, object: &Object, n: u64, call: Call) -> Look<String> {
    Look::begin(Some(store), call, "", |content| content.part(&n), || Arc::clone(object))
}

/// What the body computes.
pub(crate) fn squared(n: u64) -> String {
    format!("{n} times {n} is {}", u128::from(n) * u128::from(n))
}

/// Asks for it, and says whether it was computed.
pub(crate) fn computes(store: &Store, object: &Object, n: u64) -> bool {
    let mut computed = false;
    let value = ask(store, object, n, || {
        computed = true;
        squared(n)
    });
    assert_eq!(value, squared(n), "a wrong answer");
    computed
}

pub(crate) fn flush(store: &Store) {
    // It may be `false` for a fault, which is what a test is about.
    let started = Instant::now();
    _ = store.flush(Duration::from_secs(20));
    assert!(started.elapsed() < Duration::from_secs(19), "it is still at work: {:?}", store.stats());
}

/// Waits until it is so.
pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A clock that stands still until it is told.
#[derive(Clone, Default)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(crate) fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::new(move || Duration::from_millis(hands.0.load(Ordering::Relaxed)))
    }

    pub(crate) fn instant(&self, since: Instant) -> Instant {
        since + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::Relaxed);
    }
}

/// An engine that can be cut off, and counts its calls.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) engine: Memory,
    cut: Arc<AtomicBool>,
    deaf: Arc<AtomicBool>,
    calls: Arc<AtomicU64>,
    /// Gets that are done later, and whose answers are lost.
    late: Arc<Mutex<Option<Gets>>>,
}

type Gets = Vec<(Key, Hold)>;

impl Line {
    pub(crate) fn to(engine: &Memory) -> Self {
        Self {
            engine: engine.clone(),
            cut: Arc::default(),
            deaf: Arc::default(),
            calls: Arc::default(),
            late: Arc::default(),
        }
    }

    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
    }

    /// Renewals are done, and their answers are lost.
    pub(crate) fn deaf(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::Relaxed);
    }

    /// Gets are done later.
    pub(crate) fn holds_up(&self) {
        *self.late.lock().unwrap() = Some(Vec::new());
    }

    /// They are done now.
    pub(crate) fn delivers(&self) {
        for (key, hold) in self.late.lock().unwrap().take().unwrap_or_default() {
            _ = self.engine.get(key, hold);
        }
    }

    /// How often the engine was asked.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn pass(&self) -> Result<&Memory, Fault> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.cut.load(Ordering::Relaxed) {
            Err(Fault::new(FaultKind::Down, "the line is cut"))
        } else {
            Ok(&self.engine)
        }
    }
}

impl Engine for Line {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        if let Some(late) = &mut *self.late.lock().unwrap() {
            late.push((key, hold));
            return Err(Fault::new(FaultKind::Slow, "it is done later"));
        }
        self.pass()?.get(key, hold)
    }

    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        self.pass()?.put(key, entry, hold)
    }

    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        let renewed = self.pass()?.renew(holder, lease, holds);
        if self.deaf.load(Ordering::Relaxed) {
            Err(Fault::new(FaultKind::Slow, "the answer was lost"))
        } else {
            renewed
        }
    }

    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        self.pass()?.release(holder, holds)
    }

    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        self.pass()?.discard(key, entry)
    }

    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        self.pass()?.collect(at_most, grace)
    }

    fn sync(&self) -> Result<(), Fault> {
        self.pass()?.sync()
    }
}
