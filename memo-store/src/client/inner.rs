//! A store, as its calls and its thread share it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::breaker::Breaker;
use super::config::Config;
use super::holds::Holds;
use super::puts::Queue;
use super::stats::{Counters, StoreStats, add};
use crate::engine::{Engine, Fault, FaultKind, Found, Hold, Holder};
use crate::entry::Unreadable;
use crate::key::Key;

pub(super) struct Inner {
    pub(super) config: Config,
    engine: Arc<dyn Engine>,
    breaker: Breaker,
    holder: Mutex<Holder>,
    pub(super) holds: Arc<Holds>,
    pub(super) queue: Queue,
    pub(super) counters: Counters,
}

/// What a look found.
pub(super) enum Seen {
    Entry(Vec<u8>),
    Nothing,
    Busy,
}

impl Inner {
    pub(super) fn new(engine: Arc<dyn Engine>, config: Config, holder: Holder, breaker: Breaker) -> Self {
        Self {
            config,
            engine,
            breaker,
            holder: Mutex::new(holder),
            holds: Arc::default(),
            queue: Queue::default(),
            counters: Counters::default(),
        }
    }

    /// Asks the engine, unless it is left alone. Whatever happens in it is a fault.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&dyn Engine) -> Result<T, Fault>) -> Option<T> {
        self.try_ask(ask).ok()
    }

    /// The same, which tells of the fault; `None` where it was not asked.
    pub(super) fn try_ask<T>(&self, ask: impl FnOnce(&dyn Engine) -> Result<T, Fault>) -> Result<T, Option<FaultKind>> {
        if !self.breaker.lets_through() {
            add(&self.counters.spared, 1);
            return Err(None);
        }
        self.insist(ask)
    }

    /// The same also while the engine is left alone: a lease that is not renewed in time is lost.
    pub(super) fn insist<T>(&self, ask: impl FnOnce(&dyn Engine) -> Result<T, Fault>) -> Result<T, Option<FaultKind>> {
        let answer = catch_unwind(AssertUnwindSafe(|| ask(&*self.engine)));
        match answer.unwrap_or_else(|_| Err(Fault::new(FaultKind::Damaged, "it panicked"))) {
            Ok(answer) => {
                self.breaker.answered();
                Ok(answer)
            }
            Err(fault) => {
                self.counters.fault(&fault);
                // One that is full answers.
                if fault.kind() == FaultKind::Full {
                    self.breaker.answered()
                } else {
                    self.breaker.failed()
                }
                Err(Some(fault.kind()))
            }
        }
    }

    pub(super) fn holder(&self) -> Holder {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Becomes another holder, which nothing is to be released for.
    pub(super) fn begin_anew(&self) {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = Holder(by_chance());
        self.holds.forget_released();
    }

    pub(super) fn hold(&self, number: u64) -> Hold {
        Hold { holder: self.holder(), number, lease: self.config.lease, claim: self.config.claim }
    }

    pub(super) fn look(&self, key: Key, number: u64) -> Seen {
        match self.try_ask(|engine| engine.get(key, self.hold(number))) {
            Ok(Found::Entry(entry)) => Seen::Entry(entry),
            Ok(Found::Busy) => Seen::Busy,
            Ok(Found::Nothing) | Err(None) => Seen::Nothing,
            Err(Some(_)) => {
                self.holds.unanswered(key);
                Seen::Nothing
            }
        }
    }

    /// What is no value of its key is deleted, and is as if it had not been there.
    pub(super) fn read<T: DeserializeOwned>(&self, key: Key, entry: &[u8]) -> Option<T> {
        // Reading runs a `Deserialize` of the user's.
        let read = catch_unwind(AssertUnwindSafe(|| self.config.codec.read(key, entry)));
        match read {
            Ok(Ok(value)) => return Some(value),
            // Others may take it.
            Ok(Err(Unreadable::Long)) => {}
            _ => _ = self.ask(|engine| engine.discard(key, entry)),
        }
        add(&self.counters.unreadable, 1);
        None
    }

    pub(super) fn stats(&self) -> StoreStats {
        let (held, to_release) = self.holds.len();
        StoreStats {
            held: held as u64,
            to_release: to_release as u64,
            to_put: self.queue.len() as u64,
            left_alone: self.breaker.is_open(),
            ..self.counters.stats()
        }
    }
}

/// 128 bits that no other process has: the standard library's random seed, the process and the time.
pub(super) fn by_chance() -> u128 {
    use std::hash::{BuildHasher, RandomState};
    let half = || u128::from(RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now())));
    half() << 64 | half()
}
