//! Answers that are not results.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::diag::Diagnostic;
use crate::serve::failure;
use crate::stream::answer::{About, ErrorDocument, Format};

/// A diagnostic as the answer: the error document of DALI.
#[derive(Debug)]
pub struct Refusal(pub Box<Diagnostic>);

impl From<Box<Diagnostic>> for Refusal {
    fn from(error: Box<Diagnostic>) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = refuse(&self.0);
        response.extensions_mut().insert(Told(Arc::from(self.0)));
        response
    }
}

/// What an answer tells, for protocols whose errors have another form.
#[derive(Debug, Clone)]
pub struct Told(pub Arc<Diagnostic>);

/// An answer, or a diagnostic in place of it.
pub type Answered<T = Response> = Result<T, Refusal>;

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
    let document = failure::document(&failure::text(error));
    refusal(error, ("application/x-votable+xml", document))
}

/// The error as a page, for those who asked for one.
pub fn refuse_on_page(error: &Diagnostic, query: &str) -> Response {
    let page = Format::parse("html").and_then(|html| {
        ErrorDocument::new(&html, &About::new(Vec::new(), query, None), &failure::text(error))
    });
    match page {
        Ok(page) => refusal(error, ("text/html; charset=utf-8", page.body)),
        Err(_) => refuse(error),
    }
}

/// A document that tells an error, with the status that fits.
pub fn refuse_with(error: &Diagnostic, kind: &str, document: Vec<u8>) -> Response {
    refusal(error, (kind, document))
}

fn refusal(error: &Diagnostic, (kind, document): (&str, Vec<u8>)) -> Response {
    let status = failure::status(error.code);
    if status.is_server_error() {
        tracing::error!(code = error.code, %error, "request failed");
    } else {
        tracing::info!(code = error.code, %error, "request refused");
    }
    let mut response = (status, [(header::CONTENT_TYPE, kind)], document).into_response();
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
