//! What only looks.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use memo_core::AnyMemo;
use serde::Deserialize;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use crate::guard::refusal::Refusal;
use crate::metrics;
use crate::state::{self, unpoisoned};
use crate::view::{Objects, OneMemo, json};

pub(super) type Answer = Result<([(HeaderName, &'static str); 1], Bytes), Refusal>;
type Shared = State<Arc<state::State>>;

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct MaybeNamed {
    name: Option<String>,
}

pub(super) fn as_json(json: Bytes) -> Answer {
    Ok(([(CONTENT_TYPE, "application/json")], json))
}

/// The query, or a refusal that repeats nothing of it.
pub(super) fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Refusal> {
    query.map(|Query(query)| query).map_err(|_| Refusal::BAD_QUERY)
}

pub(super) async fn memos(State(state): Shared) -> Answer {
    as_json(state.memos.latest().await?.json.clone())
}

pub(super) async fn memo(State(state): Shared, query: Result<Query<Named>, QueryRejection>) -> Answer {
    let name = read(query)?.name;
    let memos = state.memos.latest().await?;
    let info = memos.report.memos.iter().find(|memo| memo.name == name).ok_or(Refusal::NO_SUCH_MEMO)?;
    as_json(json(&OneMemo::new(info, memos.taken, state.control, memos.status.as_deref())))
}

/// A walk over all objects: one at a time, and each rests nine times as long as it took.
pub(super) async fn owners(State(state): Shared, query: Result<Query<Named>, QueryRejection>) -> Answer {
    let name = read(query)?.name;
    let memo = AnyMemo::named(&name).ok_or(Refusal::NO_SUCH_MEMO)?;
    let mut next = Arc::clone(&state.walks).lock_owned().await;
    sleep_until(*next).await;
    let walk = move || {
        let started = Instant::now();
        let owners = memo.owners();
        *next = Instant::now() + started.elapsed() * 9;
        owners
    };
    let owners = spawn_blocking(walk).await.map_err(|_| Refusal::FAILED)?;
    as_json(json(&owners.as_ref().map(Objects::new)))
}

pub(super) async fn history(State(state): Shared, query: Result<Query<MaybeNamed>, QueryRejection>) -> Answer {
    let name = read(query)?.name;
    let history = unpoisoned(&state.history);
    as_json(json(&history.of(name.as_deref())))
}

pub(super) async fn in_flight(State(state): Shared) -> Answer {
    as_json(Bytes::clone(&*state.in_flight.latest().await?))
}

pub(super) async fn metrics(State(state): Shared) -> Answer {
    let memos = state.memos.latest().await?;
    Ok(([(CONTENT_TYPE, metrics::CONTENT_TYPE)], state.metrics(&memos)))
}
