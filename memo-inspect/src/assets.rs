//! The page's files, which are the same for everybody.

use axum::extract::OriginalUri;
use axum::http::header::{CONTENT_TYPE, HeaderName, LOCATION};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

type File = ([(HeaderName, &'static str); 1], &'static str);

pub(crate) async fn page() -> File {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("page/index.html"))
}

pub(crate) async fn style() -> File {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/page.css"))
}

pub(crate) async fn script() -> File {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page/page.js"))
}

/// The page names its files relatively, so it has to be below the address at which the routes are nested.
pub(crate) async fn root(OriginalUri(uri): OriginalUri) -> Response {
    if uri.path().ends_with('/') {
        return page().await.into_response();
    }
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, below(&uri))]).into_response()
}

/// Relative, too: a proxy may have put something before it.
fn below(uri: &Uri) -> String {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    let query = uri.query().map_or(String::new(), |query| format!("?{query}"));
    format!("./{last}/index.html{query}")
}
