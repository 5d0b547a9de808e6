//! A request that is not served: a status, and a plain sentence.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};

/// Says why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal(pub(crate) StatusCode, pub(crate) &'static str);

impl Refusal {
    pub(crate) const NO_SUCH_PAGE: Self = Self(StatusCode::NOT_FOUND, "There is no such page.");
    pub(crate) const NO_SUCH_MEMO: Self =
        Self(StatusCode::NOT_FOUND, "No memo has this name; a memo is listed from its first call.");
    pub(crate) const OTHER_METHOD: Self = Self(
        StatusCode::METHOD_NOT_ALLOWED,
        "This method is not for this address; the header `allow` has those that are.",
    );
    pub(crate) const BAD_QUERY: Self = Self(StatusCode::BAD_REQUEST, "The query of this address cannot be read.");
    pub(crate) const FAILED: Self = Self(
        StatusCode::INTERNAL_SERVER_ERROR,
        "It panicked: a destructor, most likely. The program's own messages say more.",
    );
    pub(crate) const TOO_LONG: Self =
        Self(StatusCode::SERVICE_UNAVAILABLE, "It takes too long: another request may still be at work, or hang.");
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, sentence) = self;
        let mut response =
            (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{sentence}\n")).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, const { axum::http::HeaderValue::from_static("Bearer") });
        }
        response
    }
}
