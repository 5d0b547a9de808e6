//! A file that is open, or closed for a while after a trouble.

use std::fs::File;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use ::redb::Database;

use super::file::Opened;
use super::trouble::guarded;
use super::waiting::Waiting;
use crate::engine::{Fault, FaultKind};

pub(super) enum State {
    Open(Live),
    Closed(Closed),
}

pub(super) struct Live {
    /// Shared with who waits for the disk.
    pub(super) database: Arc<Database>,
    pub(super) file: File,
    pub(super) waiting: Mutex<Waiting>,
    /// How many were open before it.
    pub(super) number: u64,
}

pub(super) struct Closed {
    pub(super) kind: FaultKind,
    pub(super) why: String,
    /// Then it is opened again; `None`: never.
    pub(super) until: Option<Instant>,
    pub(super) number: u64,
}

impl Live {
    pub(super) fn new(opened: Opened, number: u64) -> Self {
        let Opened { database, file, .. } = opened;
        Self { database: Arc::new(database), file, waiting: Mutex::default(), number }
    }
}

impl State {
    /// redb may panic at it.
    pub(super) fn close(&mut self, why: Closed) {
        let before = std::mem::replace(self, Self::Closed(why));
        _ = guarded(|| {
            drop(before);
            Ok(())
        });
    }

    pub(super) fn is_due(&self) -> bool {
        matches!(self, Self::Closed(Closed { until: Some(until), .. }) if *until <= Instant::now())
    }

    pub(super) fn live(&self) -> Result<&Live, Fault> {
        match self {
            Self::Open(live) => Ok(live),
            Self::Closed(closed) => Err(closed.fault()),
        }
    }

    pub(super) fn live_alone(&mut self) -> Result<&mut Live, Fault> {
        match self {
            Self::Open(live) => Ok(live),
            Self::Closed(closed) => Err(closed.fault()),
        }
    }
}

impl Closed {
    fn fault(&self) -> Fault {
        let end = if self.until.is_some() { "is closed for a while" } else { "is given up" };
        Fault::new(self.kind, format!("the file {end}: {}", self.why))
    }
}
