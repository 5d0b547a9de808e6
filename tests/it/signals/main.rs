//! Signals: who is told, in which order, and what becomes of it when senders and receivers die, panic, or connect and disconnect each
//! other meanwhile.

mod answers;
mod bounded;
mod deaths;
mod lists;
mod meanwhile;
mod registration;
mod senders;
mod threads;

use std::sync::{Arc, Mutex};

use memo_core::weak::Signal;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;

/// What was heard, in order.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    /// What was heard since the last time.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// A function that hears, under a name.
    fn hearer(&self, name: &'static str) -> impl Fn(&str) + Send + Sync + 'static {
        let log = self.clone();
        move |what| log.add(format!("{name} {what}"))
    }
}

/// An object that hears.
#[derive(Debug)]
struct Ear {
    name: &'static str,
    log: Log,
}

impl Ear {
    fn new(name: &'static str, log: &Log) -> Arc<Self> {
        Arc::new(Self { name, log: log.clone() })
    }

    fn hear(self: &Arc<Self>, what: &str) {
        self.log.add(format!("{} {what}", self.name));
    }

    fn hear_loudly(self: &Arc<Self>, what: &str) {
        self.log.add(format!("{} {}", self.name, what.to_uppercase()));
    }
}

/// Runs something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A signal that some part of the test gets at as long as it is there.
fn shared() -> Arc<Signal<str>> {
    Arc::new(Signal::new())
}
