//! A process whose thread is a simulation's.

use std::sync::Arc;
use std::time::Instant;

use super::background::Background;
use super::breaker::Breaker;
use super::config::Builder;
use super::store::Store;
use crate::engine::Holder;
use crate::key::Key;

/// A store whose thread is somebody's who says what time it is.
pub struct Simulated {
    store: Store,
    background: Background,
}

impl Simulated {
    /// The store of this builder, begun at the time that `now` tells.
    pub fn new(builder: Builder, holder: Holder, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        let begun = now();
        let store = builder.still(holder, Breaker::new(now));
        Self { background: Background::new(Arc::clone(store.inner()), begun), store }
    }

    /// For [`Look`](super::Look)s.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Writes what was computed, as its thread does at once.
    pub fn write(&mut self) {
        self.background.write();
    }

    /// Does what its thread would do at this time. Returns when the next turn is due.
    pub fn turn(&mut self, now: Instant) -> Instant {
        self.background.turn(now)
    }

    /// Until when its turns do nothing, if nothing is let go or computed meanwhile: they may be left out.
    pub fn rests_until(&self, now: Instant) -> Instant {
        self.background.rests_until(now)
    }

    /// The keys that it counts as held.
    pub fn held(&self) -> Vec<Key> {
        self.store.inner().holds.all().into_iter().map(|(key, _)| key).collect()
    }

    /// Ends it as the last handle does.
    pub fn close(mut self, now: Instant) {
        self.background.turn(now);
        self.background.close();
    }
}
