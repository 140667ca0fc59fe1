//! A file as an answer.
//!
//! In: a file, and the head of a request. Out: the file, some of its bytes, or that the client has it already;
//! conditions in the order of RFC 9110 section 13.2.2.

use std::time::SystemTime;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{
    AcceptRanges, ContentLength, ContentRange, ETag, HeaderMapExt, IfMatch, IfModifiedSince,
    IfNoneMatch, IfRange, IfUnmodifiedSince, LastModified,
};
use uuid::Uuid;

use super::name::disposition;
use super::parts::{Parts, parts};
use super::range::{self, Wanted};
use super::refuse;
use crate::artifacts::{Content, Place, Record, media_type};
use crate::diag::{Diagnostic, Result};

/// A file that can be given.
pub struct File {
    content: Content,
    kind: &'static str,
    name: String,
    tag: Option<ETag>,
    modified: Option<LastModified>,
}

impl File {
    /// The file of a record.
    pub fn new(dataset: Uuid, record: &Record, content: Content) -> Self {
        let name = Place::read(&record.path).name().to_owned();
        let modified = content.modified().filter(|modified| *modified <= SystemTime::now());
        Self {
            kind: media_type(&name, &record.storage_class),
            tag: tag(dataset, record, &content),
            modified: modified.map(LastModified::from),
            name,
            content,
        }
    }
}

/// What changes whenever the bytes do. Butler's checksum is the same on all replicas of a file, but it only holds
/// as long as the file is of the size that Butler recorded.
fn tag(dataset: Uuid, record: &Record, content: &Content) -> Option<ETag> {
    let size = content.size();
    let state = match (&record.checksum, content.crc()) {
        (Some(sum), _) if record.size == Some(size) => sum.clone(),
        (_, Some(crc)) => format!("{crc:08x}"),
        _ => {
            let epoch =
                content.modified().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
            format!("{:x}", epoch.map_or(0, |since| since.as_nanos()))
        }
    };
    let state: String = state.chars().filter(char::is_ascii_alphanumeric).take(128).collect();
    format!("\"{}-{size:x}-{state}\"", dataset.simple()).parse().ok()
}

/// Answers with a file.
///
/// # Errors
/// S058 and S060: the range or the condition cannot be satisfied.
pub fn give(file: &File, method: &Method, asked: &HeaderMap, is_public: bool) -> Result<Response> {
    let mut head = HeaderMap::new();
    if let Some(tag) = &file.tag {
        head.typed_insert(tag.clone());
    }
    if let Some(modified) = file.modified {
        head.typed_insert(modified);
    }
    // Whoever keeps it asks whether it is still so, which costs no bytes.
    let kept = if is_public { "no-cache" } else { "private, no-cache" };
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    if is_changed(file, asked) {
        return Err(Diagnostic::error("S060", "the file is another one than the client has").into());
    }
    if is_known(file, asked) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    head.typed_insert(AcceptRanges::bytes());
    head.insert(header::CONTENT_DISPOSITION, disposition(&file.name, file.kind));
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    let size = file.content.size();
    let wanted = match asked.get(header::RANGE) {
        // Ranges are for GET alone.
        Some(range) if method == Method::GET && is_current(file, asked) => {
            range::read(range.as_bytes(), size)
        }
        _ => Wanted::Whole,
    };
    Ok(match wanted {
        Wanted::Whole => {
            head.typed_insert(ContentLength(size));
            (head, Body::from_stream(file.content.pieces(0..size))).into_response()
        }
        Wanted::Nothing => {
            let error = Diagnostic::error("S058", format!("the file has {size} bytes"));
            let mut response = refuse(&error);
            response.headers_mut().typed_insert(ContentRange::unsatisfied_bytes(size));
            response
        }
        Wanted::Ranges(ranges) => {
            let body = match &ranges[..] {
                [one] => {
                    head.typed_insert(ContentLength(one.end - one.start));
                    if let Ok(range) = ContentRange::bytes(one.clone(), size) {
                        head.typed_insert(range);
                    }
                    Body::from_stream(file.content.pieces(one.clone()))
                }
                _ => {
                    let Parts { kind, length, body } = parts(&file.content, ranges, file.kind);
                    head.typed_insert(ContentLength(length));
                    if let Ok(kind) = HeaderValue::from_str(&kind) {
                        head.insert(header::CONTENT_TYPE, kind);
                    }
                    body
                }
            };
            (StatusCode::PARTIAL_CONTENT, head, body).into_response()
        }
    })
}

/// Whether the client wants a file that this is not any more.
fn is_changed(file: &File, asked: &HeaderMap) -> bool {
    if let Some(condition) = asked.typed_get::<IfMatch>() {
        return !file.tag.as_ref().is_some_and(|tag| condition.precondition_passes(tag));
    }
    let condition = asked.typed_get::<IfUnmodifiedSince>();
    condition
        .zip(file.modified)
        .is_some_and(|(condition, modified)| !condition.precondition_passes(modified.into()))
}

/// Whether the client has the file.
fn is_known(file: &File, asked: &HeaderMap) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        let condition = asked.typed_get::<IfNoneMatch>().zip(file.tag.as_ref());
        return condition.is_some_and(|(condition, tag)| !condition.precondition_passes(tag));
    }
    let condition = asked.typed_get::<IfModifiedSince>();
    condition
        .zip(file.modified)
        .is_some_and(|(condition, modified)| !condition.is_modified(modified.into()))
}

/// Whether the ranges are of the file as it is.
fn is_current(file: &File, asked: &HeaderMap) -> bool {
    !asked.contains_key(header::IF_RANGE)
        || asked.typed_get::<IfRange>().is_some_and(|condition| {
            !condition.is_modified(file.tag.as_ref(), file.modified.as_ref())
        })
}
