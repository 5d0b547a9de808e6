//! Who may change something.
//!
//! A form of another site can post here, though not read the answer. It cannot send a header of its own choice: for that the browser first asks us
//! (CORS), and gets no permission.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::host;
use super::refusal::Refusal;
use crate::state::State;

const NOT_ALLOWED: Refusal = Refusal(
    StatusCode::FORBIDDEN,
    "Nothing can be changed from here: the program has not said `memo_inspect::Inspector::allow_control`.",
);
const NO_HEADER: Refusal = Refusal(StatusCode::FORBIDDEN, "This needs the header `x-memo-inspect: 1`.");
const OTHER_SITE: Refusal = Refusal(StatusCode::FORBIDDEN, "This comes from a page of another site.");

/// That the request may change something: it is allowed, and comes from our own page or from no page.
pub(crate) struct MayChange(());

impl FromRequestParts<Arc<State>> for MayChange {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<State>) -> Result<Self, Refusal> {
        if !state.control {
            return Err(NOT_ALLOWED);
        }
        if parts.headers.get("x-memo-inspect").is_none_or(|value| value != "1") {
            return Err(NO_HEADER);
        }
        let own = host::named(&parts.headers).or_else(|| parts.uri.authority().cloned());
        if is_ours(&parts.headers, own.as_ref()) { Ok(Self(())) } else { Err(OTHER_SITE) }
    }
}

/// Browsers send at least one of the two with a POST; other clients send neither.
fn is_ours(headers: &HeaderMap, own: Option<&Authority>) -> bool {
    let same_site = headers.get_all("sec-fetch-site").iter().all(|site| site == "same-origin");
    let mut origins = headers.get_all(ORIGIN).iter();
    same_site && origins.all(|origin| origin.to_str().is_ok_and(|origin| is_origin_of(origin, own)))
}

/// The scheme is not ours to know: there may be a proxy with TLS.
fn is_origin_of(origin: &str, own: Option<&Authority>) -> bool {
    let origin: Option<Uri> = origin.parse().ok();
    let authority = origin.as_ref().and_then(Uri::authority);
    authority.is_some() && authority == own
}
