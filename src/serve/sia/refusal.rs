//! Errors as SIA 2.0 section 3.2 and DALI 1.1 section 4.3 want them.
//!
//! In: a diagnostic, and what the request asked for. Out: a document in that format where it can hold an error,
//! else text, that begins with a word for the kind of the error, and a status.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::diag::Diagnostic;
use crate::serve::failure;
use crate::serve::http::refuse_with;
use crate::serve::parameters::Parameters;
use crate::stream::answer::{About, ErrorDocument, Format};

/// The answer to a request that cannot be answered.
pub fn refuse(error: &Diagnostic, parameters: &Parameters) -> Response {
    let text = format!("{}: {}", fault(error), failure::line(error));
    let asked = parameters.all("RESPONSEFORMAT").next();
    // A format that is not there is told in the one of those who ask for none.
    let format = Format::parse(asked.unwrap_or_default()).or_else(|_| Format::parse("votable"));
    let document = format
        .and_then(|format| ErrorDocument::new(&format, &About::new(Vec::new(), "", None), &text));
    match document {
        Ok(document) => refuse_with(error, &document.content_type, document.body),
        Err(_) => {
            let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (failure::status(error.code), kind, text).into_response()
        }
    }
}

/// The word that a message begins with.
fn fault(error: &Diagnostic) -> &'static str {
    match failure::status(error.code) {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "TransientFault",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "DefaultFault",
        status if status.is_client_error() => "UsageFault",
        _ => "FatalFault",
    }
}
