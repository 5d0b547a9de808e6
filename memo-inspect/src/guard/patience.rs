//! No request is kept for longer than ten seconds.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;

const PATIENCE: Duration = Duration::from_secs(10);

/// What a blocking thread does meanwhile goes on, and holds its lock until it is done: no request begins it a second time.
pub(crate) async fn limit(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(PATIENCE, next.run(request)).await;
    answer.unwrap_or_else(|_| Refusal::TOO_LONG.into_response())
}
