//! What the handlers share.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::body::Bytes;
use memo_core::Report;

use crate::guard::host::Hosts;
use crate::guard::token::Token;
use crate::history::History;
use crate::inspector::Inspector;
use crate::metrics::Series;
use crate::shared::Shared;
use crate::source;
use crate::status::Status;
use crate::view;

pub(crate) struct State {
    pub(crate) token: Option<Token>,
    pub(crate) hosts: Hosts,
    pub(crate) control: bool,
    pub(crate) memos: Shared<Memos>,
    /// Apart from the memos: it is to be had even if they are not.
    pub(crate) in_flight: Shared<Bytes>,
    pub(crate) history: Arc<Mutex<History>>,
    series: Mutex<Series>,
    /// When the next walk over all objects may begin. One at a time.
    pub(crate) walks: Arc<tokio::sync::Mutex<tokio::time::Instant>>,
    /// One change at a time: each takes a blocking thread.
    pub(crate) changes: Arc<tokio::sync::Mutex<()>>,
}

/// All memos at one moment.
pub(crate) struct Memos {
    pub(crate) report: Report,
    /// In seconds since the routes were made.
    pub(crate) taken: f64,
    /// The program's own line.
    pub(crate) status: Option<String>,
    /// What the page asks for again and again is written once.
    pub(crate) json: Bytes,
    metrics: OnceLock<Bytes>,
}

impl State {
    pub(crate) fn new(options: Inspector) -> Arc<Self> {
        let Inspector { token, hosts, control, status } = options;
        let (history, started) = (Arc::<Mutex<History>>::default(), Instant::now());
        let of_memos = Arc::clone(&history);
        let look = move || Memos::now(started, control, status.as_ref(), &of_memos);
        Arc::new(Self {
            token,
            hosts,
            control,
            memos: Shared::new(look),
            in_flight: Shared::new(|| view::json(&memo_core::in_flight())),
            history,
            series: Mutex::default(),
            walks: Arc::new(tokio::sync::Mutex::new(tokio::time::Instant::now())),
            changes: Arc::default(),
        })
    }

    /// The figures of this moment for Prometheus.
    pub(crate) fn metrics(&self, memos: &Memos) -> Bytes {
        let write = || unpoisoned(&self.series).text(&memos.report.memos).into();
        memos.metrics.get_or_init(write).clone()
    }
}

impl Memos {
    fn now(started: Instant, control: bool, status: Option<&Status>, history: &Mutex<History>) -> Self {
        let report = source::overview();
        let taken = started.elapsed().as_secs_f64();
        unpoisoned(history).record(taken, &report.memos);
        let status = status.map(Status::now);
        let json = view::json(&view::Overview::new(&report, taken, control, status.as_deref()));
        Self { report, taken, status, json, metrics: OnceLock::new() }
    }
}

/// What these locks guard is whole whenever it can panic.
pub(crate) fn unpoisoned<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
