//! One call's look into a store: what the attribute writes around a body.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::inner::{Inner, Seen};
use super::leases::Leases;
use super::puts::Put;
use super::stats::add;
use super::store::Store;
use crate::content::ContentHasher;
use crate::entry::{Codec, LAYOUT};
use crate::key::Key;

/// Which memo a call is of.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Where the function is.
    pub path: &'static str,
    /// The function, or the name that the memo was given.
    pub name: &'static str,
    /// The version of the code.
    pub version: u64,
}

/// A look for a result of type `T`, which `of` says more of: a method's type.
pub struct Look<T> {
    asked: Option<Asked>,
    /// What is known of the type where the look begins, and need not be known after it.
    read: fn(&Inner, Key, &[u8]) -> Option<T>,
    write: fn(&Codec, Key, &T) -> Option<Vec<u8>>,
}

struct Asked {
    /// Shared with a call that is under way on another thread: one that is given up is not released before it has ended.
    count: Arc<Count>,
    leases: Arc<Leases>,
}

/// A count of a key: it is not released meanwhile.
struct Count {
    inner: Arc<Inner>,
    key: Key,
    number: u64,
}

impl Drop for Count {
    fn drop(&mut self) {
        self.inner.holds.end([self.key]);
    }
}

/// How long to wait before the next look for what another process computes.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Waits for another process, within a bound.
struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    fn new(inner: &Inner) -> Self {
        Self { until: Instant::now() + inner.config.wait, pause: FIRST_PAUSE }
    }

    /// For how long to wait next. `None`: no longer.
    fn next(&mut self, inner: &Inner) -> Option<Duration> {
        if self.pause == FIRST_PAUSE {
            add(&inner.counters.waits, 1);
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        let goes_on = Instant::now() + pause <= self.until;
        if !goes_on {
            add(&inner.counters.waits_in_vain, 1);
        }
        goes_on.then_some(pause)
    }
}

impl<T> Look<T> {
    /// `content` puts in what the call depends on.
    pub fn begin(
        store: Option<&Store>,
        call: Call,
        of: &str,
        content: impl FnOnce(&mut ContentHasher),
        leases: impl FnOnce() -> Arc<Leases>,
    ) -> Self
    where
        T: Serialize + DeserializeOwned,
    {
        // Two closures of one function have one name.
        let is_told_apart = ![of, type_name::<T>()].iter().any(|name| name.contains("{{closure}}"));
        let asked = store.filter(|_| is_told_apart).map(|store| {
            let mut hasher = ContentHasher::new();
            hasher.fixed([LAYOUT]);
            hasher.fixed(store.inner().config.codec.secret.mark());
            for text in [call.path, call.name, of, type_name::<T>()] {
                hasher.text(text);
            }
            hasher.fixed(call.version.to_le_bytes());
            content(&mut hasher);
            let (inner, key) = (Arc::clone(store.inner()), hasher.key());
            let number = inner.holds.begin(key);
            Asked { count: Arc::new(Count { inner, key, number }), leases: leases() }
        });
        Self { asked, read: Inner::read, write: |codec, key, value| codec.write(key, value) }
    }

    /// The result, if it is there, or comes within the time for which a call waits.
    pub fn find(&mut self) -> Option<T> {
        let Count { inner, key, number } = &*self.asked.as_ref()?.count;
        let mut patience = Patience::new(inner);
        loop {
            match inner.look(*key, *number) {
                Seen::Entry(entry) => return self.found(&entry),
                Seen::Busy => match patience.next(inner) {
                    Some(pause) => thread::sleep(pause),
                    None => return self.missed(),
                },
                Seen::Nothing => return self.missed(),
            }
        }
    }

    /// The same for an `async` function: what blocks runs on another thread, and waiting holds none.
    pub async fn find_later(&mut self) -> Option<T> {
        let count = &self.asked.as_ref()?.count;
        let inner = &count.inner;
        let mut patience = Patience::new(inner);
        loop {
            let count = Arc::clone(count);
            match blocking::unblock(move || count.inner.look(count.key, count.number)).await {
                Seen::Entry(entry) => return self.found(&entry),
                Seen::Busy => match patience.next(inner) {
                    Some(pause) => futures_timer::Delay::new(pause).await,
                    None => return self.missed(),
                },
                Seen::Nothing => return self.missed(),
            }
        }
    }

    fn found(&mut self, entry: &[u8]) -> Option<T> {
        let Count { inner, key, .. } = &*self.asked.as_ref()?.count;
        let Some(value) = (self.read)(inner, *key, entry) else { return self.missed() };
        add(&inner.counters.hits, 1);
        self.lease();
        Some(value)
    }

    fn missed(&self) -> Option<T> {
        self.asked.iter().for_each(|asked| add(&asked.count.inner.counters.misses, 1));
        None
    }

    /// What was computed is written, by the store's thread, and is held as long as its object lives.
    pub fn end(mut self, value: &T) {
        let Some(Count { inner, key, number }) = self.asked.as_ref().map(|asked| &*asked.count) else { return };
        // Writing runs a `Serialize` of the user's, and the result is there whatever becomes of it.
        let write = AssertUnwindSafe(|| (self.write)(&inner.config.codec, *key, value));
        let entry = catch_unwind(write).ok().flatten();
        let put = entry.map(|entry| Put { key: *key, entry, number: *number });
        if put.is_some_and(|put| inner.queue.push(put, inner.config.queue)) {
            self.lease();
        } else {
            add(&inner.counters.unwritten, 1);
        }
    }

    fn lease(&mut self) {
        let Some(Asked { count, leases }) = self.asked.take() else { return };
        let Count { inner, key, .. } = &*count;
        inner.holds.begin(*key);
        leases.add(&inner.holds, *key, inner.config.leases_of_an_object);
    }
}
