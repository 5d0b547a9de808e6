//! The token, which is written nowhere.

use std::fmt;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::refusal::Refusal;
use crate::state;

const NO_TOKEN: Refusal =
    Refusal(StatusCode::UNAUTHORIZED, "This needs the token, in the header `authorization: Bearer ..`.");

#[derive(Clone)]
pub(crate) struct Token(Arc<[u8]>);

impl Token {
    pub(crate) fn new(token: &str) -> Self {
        Self(token.as_bytes().into())
    }

    /// In a time that depends on the lengths alone.
    fn is(&self, given: &[u8]) -> bool {
        self.0.ct_eq(given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Lets pass who knows the token, or everybody if there is none.
pub(crate) async fn check(State(state): State<Arc<state::State>>, request: Request, next: Next) -> Response {
    let given = bearer(request.headers());
    let passes = state.token.as_ref().is_none_or(|token| given.is_some_and(|given| token.is(given)));
    if passes { next.run(request).await } else { NO_TOKEN.into_response() }
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}
