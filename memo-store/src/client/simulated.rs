//! A process whose thread is a simulation's.

use std::sync::Arc;
use std::time::Instant;

use super::background::Background;
use super::config::Builder;
use super::store::Store;
use crate::engine::Holder;

/// A store whose thread is somebody's who says what time it is.
pub struct Simulated {
    store: Store,
    background: Background,
}

impl Simulated {
    /// The store of this builder, begun at this time.
    pub fn new(builder: Builder, holder: Holder, now: Instant) -> Self {
        let store = builder.still(holder);
        Self { background: Background::new(Arc::clone(store.inner()), now), store }
    }

    /// For [`Look`](super::Look)s.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Does what its thread would do at this time. Returns when the next turn is due.
    pub fn turn(&mut self, now: Instant) -> Instant {
        self.background.turn(now)
    }

    /// Ends it as the last handle does.
    pub fn close(mut self, now: Instant) {
        self.background.turn(now);
        self.background.close();
    }
}
