//! Composites that Butler took apart into several files.
//!
//! In: their records. Out: a list of the components with their URLs, under the status 300 that RFC 9110 section
//! 15.4.1 has for it; for a machine, a URL is the first word of each line but the first.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use crate::artifacts::{Place, Record, media_type};
use crate::diag::{Diagnostic, nearest};
use crate::serve::http::base_url;
use crate::serve::settings::Settings;

/// What stays in a segment of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The name of a record's component in URLs.
pub fn component(record: &Record) -> Option<&str> {
    record.component.as_deref()
}

/// The list of the components of a dataset.
pub fn list(
    settings: &Settings,
    headers: &HeaderMap,
    dataset: Uuid,
    records: &[Record],
) -> Response {
    let base = base_url(settings, headers);
    let mut text = format!("the dataset has {} files, one for each component:\n", records.len());
    for record in records {
        let name = component(record).unwrap_or_default();
        let kind = media_type(Place::read(&record.path).name(), &record.storage_class);
        let url = utf8_percent_encode(name, PLAIN);
        text.push_str(&format!("{base}/files/{dataset}/{url} {name} {kind}"));
        if let Some(size) = record.size {
            text.push_str(&format!(" {size} bytes"));
        }
        text.push('\n');
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::MULTIPLE_CHOICES, kind, text).into_response()
}

/// There is no such component.
pub fn unknown(name: &str, records: &[Record]) -> Box<Diagnostic> {
    let names: Vec<&str> = records.iter().filter_map(component).collect();
    let error =
        Diagnostic::error("S052", format!("the dataset has no file of a component `{name}`"));
    Box::new(match nearest(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("it is one file: leave the component out"),
        None => error.help(format!("possible: {}", names.join(", "))),
    })
}
