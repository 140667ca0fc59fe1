//! Errors as SODA 1.0 section 4.2.1 wants them: lines of text that begin with a word for their kind.

use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::diag::Diagnostic;
use crate::serve::failure;
use crate::serve::http::refuse_with;

/// The answer to a request that cannot be answered.
pub fn refuse(error: &Diagnostic) -> Response {
    let text = format!("{}: {}\n", word(error), failure::line(error));
    let mut response = refuse_with(error, "text/plain; charset=utf-8", text.into_bytes());
    let nosniff = header::HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// The word that a message begins with.
pub fn word(error: &Diagnostic) -> &'static str {
    if error.code == "S061" {
        return "MultiValuedParamNotSupported";
    }
    match failure::status(error.code) {
        StatusCode::UNAUTHORIZED => "AuthenticationError",
        StatusCode::FORBIDDEN => "AuthorizationError",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "ServiceUnavailable",
        status if status.is_client_error() => "UsageError",
        _ => "Error",
    }
}
