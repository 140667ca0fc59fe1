//! Errors as SODA 1.0 section 4.2.1 wants them: lines of text that begin with a word for their kind.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::diag::Diagnostic;
use crate::serve::failure;
use crate::serve::http::{Told, refuse_with};

const KIND: &str = "text/plain; charset=utf-8";

/// An answer that has its word.
#[derive(Debug, Clone)]
struct Worded;

/// The answer to a request that cannot be answered.
pub fn refuse(error: &Diagnostic) -> Response {
    let mut response = refuse_with(error, KIND, format!("{}\n", line(error)).into_bytes());
    response.extensions_mut().insert(Worded);
    response
}

/// An error in one line.
pub fn line(error: &Diagnostic) -> String {
    format!("{}: {}", word(error), failure::line(error))
}

/// Jobs are those of any protocol, and tell errors as DALI does: the same answer as SODA wants it.
pub fn reword(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<Worded>().is_some() {
        return response;
    }
    let text = match response.extensions().get::<Told>() {
        Some(told) => line(&told.0),
        // What the router refuses by itself: a method, a path that is no text.
        None => {
            let reason = status.canonical_reason().unwrap_or("refused").to_lowercase();
            format!("{}: {reason}", word_of(status))
        }
    };
    let (mut head, _) = response.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
    Response::from_parts(head, Body::from(format!("{text}\n")))
}

/// The word that a message begins with.
pub fn word(error: &Diagnostic) -> &'static str {
    match error.code {
        "S071" => "MultiValuedParamNotSupported",
        // The same job may succeed another time.
        "S024" => "ServiceUnavailable",
        code => word_of(failure::status(code)),
    }
}

fn word_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "AuthenticationError",
        StatusCode::FORBIDDEN => "AuthorizationError",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "ServiceUnavailable",
        status if status.is_client_error() => "UsageError",
        _ => "Error",
    }
}
