//! The routes.

mod change;
mod look;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{get, post};

use crate::assets;
use crate::guard::refusal::Refusal;
use crate::guard::{headers, host, patience, token};
use crate::state::State;

pub(crate) fn routes<S: Clone + Send + Sync + 'static>(state: Arc<State>) -> Router<S> {
    page()
        .merge(figures(&state))
        .fallback(|| async { Refusal::NO_SUCH_PAGE })
        .method_not_allowed_fallback(|| async { Refusal::OTHER_METHOD })
        .layer(from_fn(patience::limit))
        .layer(from_fn_with_state(Arc::clone(&state), host::check))
        .layer(map_response(headers::add))
        .with_state(state)
}

/// What is the same for everybody, and needs no token.
fn page() -> Router<Arc<State>> {
    Router::new()
        .route("/", get(assets::root))
        .route("/index.html", get(assets::page))
        .route("/page.css", get(assets::style))
        .route("/page.js", get(assets::script))
}

fn figures(state: &Arc<State>) -> Router<Arc<State>> {
    Router::new()
        .route("/api/memos", get(look::memos))
        .route("/api/memo", get(look::memo))
        .route("/api/owners", get(look::owners))
        .route("/api/history", get(look::history))
        .route("/api/in-flight", get(look::in_flight))
        .route("/metrics", get(look::metrics))
        .route("/api/sweep", post(change::sweep))
        .route("/api/clear", post(change::clear))
        .route("/api/explain", post(change::explain))
        .route_layer(from_fn_with_state(Arc::clone(state), token::check))
}
