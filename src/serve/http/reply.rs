//! Answers that are not results.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::diag::Diagnostic;
use crate::serve::failure;

/// An XML document.
pub fn xml(document: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}

/// A line of text, as UWS has them.
pub fn text(line: impl Into<String>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], line.into()).into_response()
}

/// Where to go on: the only answer that UWS has for a change.
pub fn see_other(url: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
}

/// The error document of DALI with the status that fits.
pub fn refuse(error: &Diagnostic) -> Response {
    let status = failure::status(error.code);
    if status.is_server_error() {
        tracing::error!(code = error.code, %error, "request failed");
    } else {
        tracing::info!(code = error.code, %error, "request refused");
    }
    let kind = [(header::CONTENT_TYPE, "application/x-votable+xml")];
    let document = failure::document(&failure::text(error));
    let mut response = (status, kind, document).into_response();
    let headers = response.headers_mut();
    match status {
        StatusCode::UNAUTHORIZED => {
            let challenge = header::HeaderValue::from_static("Bearer realm=\"obscore-view\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("10"));
        }
        _ => {}
    }
    response
}
