//! The page of a replay that is looked at.

use memo_inspect::{Inspector, Server, SpawnError};
use std::sync::{Arc, Mutex, PoisonError};

/// Served until it is dropped.
pub(super) struct Inspected {
    how_far: Arc<Mutex<String>>,
    _server: Server,
}

impl Inspected {
    /// Says on the error stream where the page is.
    pub(super) fn begin() -> Result<Self, SpawnError> {
        let how_far = Arc::<Mutex<String>>::default();
        let told = Arc::clone(&how_far);
        let status = move || told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let server = Inspector::new().status(status).spawn("127.0.0.1:0")?;
        eprintln!("The memos, while they are at work: {}", server.url());
        Ok(Inspected { how_far, _server: server })
    }

    pub(super) fn tell(&self, how_far: String) {
        *self.how_far.lock().unwrap_or_else(PoisonError::into_inner) = how_far;
    }
}
