//! What changes something.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use memo_core::AnyMemo;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::look::{Answer, Named, as_json, read};
use crate::guard::control::MayChange;
use crate::guard::refusal::Refusal;
use crate::state;
use crate::view::json;

type Shared = State<Arc<state::State>>;

#[derive(Deserialize)]
pub(super) struct Explained {
    name: String,
    on: bool,
}

#[derive(Serialize)]
struct Swept {
    swept: bool,
}

/// `null` where results are lent, which cannot be cleared.
#[derive(Serialize)]
struct Cleared {
    cleared: Option<usize>,
}

#[derive(Serialize)]
struct IsExplained {
    explained: bool,
}

pub(super) async fn sweep(State(state): Shared, _: MayChange) -> Answer {
    changed(&state, || {
        memo_core::sweep();
        Swept { swept: true }
    })
    .await
}

pub(super) async fn clear(State(state): Shared, _: MayChange, query: Result<Query<Named>, QueryRejection>) -> Answer {
    let memo = named(&read(query)?.name)?;
    changed(&state, move || Cleared { cleared: memo.clear() }).await
}

pub(super) async fn explain(
    State(state): Shared,
    _: MayChange,
    query: Result<Query<Explained>, QueryRejection>,
) -> Answer {
    let Explained { name, on } = read(query)?;
    let memo = named(&name)?;
    changed(&state, move || {
        memo.explain(on);
        IsExplained { explained: memo.is_explained() }
    })
    .await
}

fn named(name: &str) -> Result<AnyMemo, Refusal> {
    AnyMemo::named(name).ok_or(Refusal::NO_SUCH_MEMO)
}

/// Runs on a blocking thread, since destructors may take their time: one change after the other, also of those who have gone away.
async fn changed<R: Serialize + Send + 'static>(
    state: &state::State,
    change: impl FnOnce() -> R + Send + 'static,
) -> Answer {
    let turn = Arc::clone(&state.changes).lock_owned().await;
    let in_turn = move || {
        let _turn = turn;
        change()
    };
    let done = spawn_blocking(in_turn).await.map_err(|_| Refusal::FAILED)?;
    state.memos.outdate().await;
    as_json(json(&done))
}
