//! Reading requests.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, Method, header};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use tempfile::NamedTempFile;
use url::form_urlencoded;

use super::{Content, Parameters, Part};
use crate::diag::{Diagnostic, Result};

/// What a request may weigh.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of all values that are not files.
    pub values: usize,
    /// Bytes of all files together.
    pub uploads: u64,
    /// Bytes of a file that are kept in memory; larger ones go to temporary files.
    pub memory: usize,
    /// Number of values; those of protocols that take lists are limited by their bytes alone.
    pub count: usize,
}

impl Limits {
    /// The same for requests that may have as many values as fit in their bytes.
    #[must_use]
    pub fn of_lists(self) -> Self {
        Self { count: usize::MAX, ..self }
    }
}

/// Most values in a request whose protocol has no lists; every standard's parameters are a dozen.
pub const MOST: usize = 1000;
/// Most files in a request.
const FILES: usize = 1000;

/// The parameters of a query string.
pub fn from_query(query: &str) -> Parameters {
    Parameters::from_pairs(form_urlencoded::parse(query.as_bytes()).into_owned())
}

/// The parameters of a request: those of its URL, and for POST and PUT those of its body.
///
/// # Errors
/// S016 when it is too large, S017 when the body is malformed or cut short, S018 for an encoding
/// that is none of a form's.
pub async fn read(request: Request, limits: &Limits) -> Result<Parameters> {
    let mut parameters = Parameters::default();
    read_into(request, limits, &mut parameters).await?;
    Ok(parameters)
}

/// Like [`read`], into `parameters`: where it fails, they have what was read before, so that the refusal can be in
/// the format that was asked for.
///
/// # Errors
/// Those of [`read`].
pub async fn read_into(
    request: Request,
    limits: &Limits,
    parameters: &mut Parameters,
) -> Result<()> {
    let (head, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body.into_data_stream()));
    let lent = Arc::clone(&body);
    let lent = stream::poll_fn(move |context| {
        lent.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    });
    let lent = Request::from_parts(head, Body::from_stream(lent));
    let read = read_from(lent, limits, parameters).await;
    if read.is_err() {
        let rest = stream::poll_fn(|context| {
            body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
        });
        linger(rest).await;
    }
    read
}

/// Bytes of a body that are read only to be thrown away.
const REST: usize = 32 << 20;
/// For how long.
const LINGER: Duration = Duration::from_secs(5);

/// Reads what a client still sends: most look at the answer only then, and take a connection that is closed
/// before for a failure of the network.
async fn linger<E>(mut rest: impl Stream<Item = Result<Bytes, E>> + Unpin) {
    let _ = tokio::time::timeout(LINGER, async {
        let mut read = 0;
        while let Some(Ok(piece)) = rest.next().await {
            read += piece.len();
            if read > REST {
                return;
            }
        }
    })
    .await;
}

async fn read_from(
    mut request: Request,
    limits: &Limits,
    parameters: &mut Parameters,
) -> Result<()> {
    *parameters = from_query(request.uri().query().unwrap_or_default());
    if !matches!(*request.method(), Method::POST | Method::PUT) {
        return Ok(());
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "multipart/form-data" => {
            if let Some(quoted) = quoted_boundary(kind) {
                request.headers_mut().insert(header::CONTENT_TYPE, quoted);
            }
            // The layer around this knows the length of the whole body; parts are counted here.
            let multipart = Multipart::from_request(request, &()).await;
            let multipart = multipart.map_err(|error| malformed(&error.body_text()))?;
            read_multipart(multipart, limits, parameters).await?;
        }
        // Clients that send nothing say nothing of its type.
        "application/x-www-form-urlencoded" | "" => {
            let mut text = BytesMut::new();
            let read = read_all(request.into_body(), limits.values, &mut text).await;
            if read.is_err() {
                // Where it broke off, a value is not whole.
                text.truncate(text.iter().rposition(|byte| *byte == b'&').unwrap_or_default());
            }
            for (name, value) in form_urlencoded::parse(&text) {
                parameters.push(&name, value);
            }
            read?;
        }
        other => {
            return Err(Diagnostic::error("S018", format!("a body of type {other} is not read"))
                .help("possible: application/x-www-form-urlencoded, multipart/form-data")
                .into());
        }
    }
    match parameters.entries.len() > limits.count {
        true => Err(too_many(limits.count, "parameters")),
        false => Ok(()),
    }
}

/// Reads at most `most` bytes; what was read is in `collected` after an error as well.
async fn read_all(body: Body, most: usize, collected: &mut BytesMut) -> Result<()> {
    let mut stream = body.into_data_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| interrupted(&error))?;
        let left = most - collected.len();
        collected.extend_from_slice(piece.get(..left).unwrap_or(&piece));
        if piece.len() > left {
            return Err(too_large("the parameters", most as u64));
        }
    }
    Ok(())
}

async fn read_multipart(
    mut multipart: Multipart,
    limits: &Limits,
    parameters: &mut Parameters,
) -> Result<()> {
    let (mut values, mut uploads) = (0, 0);
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let media_type = field.content_type().map(str::to_owned);
        let plain = media_type.as_deref().is_none_or(|kind| kind.starts_with("text/plain"));
        if field.file_name().is_none() && plain {
            // Names weigh as in the other encoding, or there could be any number of empty values.
            values += name.len() + 1;
            let text = value(field, limits.values, &mut values).await?;
            parameters.push(&name, text);
            if parameters.entries.len() > limits.count {
                return Err(too_many(limits.count, "parameters"));
            }
        } else {
            if parameters.parts.len() == FILES {
                return Err(too_many(FILES, "files"));
            }
            let content = file(field, limits, &mut uploads).await?;
            parameters.push_part(Part { name, media_type, content });
        }
    }
    Ok(())
}

/// The media type with its boundary in quotes, as it must be for characters such as `=`, which astroquery
/// has in its boundaries without them; none when there is nothing to change.
fn quoted_boundary(kind: &str) -> Option<HeaderValue> {
    let (before, boundary) = kind.split_once("boundary=")?;
    let (boundary, rest) = boundary.split_at(boundary.find(';').unwrap_or(boundary.len()));
    let boundary = boundary.trim();
    if boundary.starts_with('"') || !boundary.contains(['=', '/', ':', '?', '(', ')', ',']) {
        return None;
    }
    HeaderValue::try_from(format!("{before}boundary=\"{boundary}\"{rest}")).ok()
}

async fn value(mut field: Field<'_>, most: usize, total: &mut usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        *total += piece.len();
        if *total > most {
            return Err(too_large("the parameters", most as u64));
        }
        bytes.extend_from_slice(&piece);
    }
    let name = field.name().unwrap_or_default();
    String::from_utf8(bytes).map_err(|_| malformed(&format!("`{name}` is not UTF-8")))
}

async fn file(mut field: Field<'_>, limits: &Limits, total: &mut u64) -> Result<Content> {
    let mut memory = BytesMut::new();
    let mut disk: Option<(NamedTempFile, u64)> = None;
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        *total += piece.len() as u64;
        if *total > limits.uploads {
            return Err(too_large("the uploads", limits.uploads));
        }
        if disk.is_none() && memory.len() + piece.len() > limits.memory {
            let mut file = NamedTempFile::new().map_err(|error| unwritable(&error))?;
            file.write_all(&memory).map_err(|error| unwritable(&error))?;
            disk = Some((file, memory.len() as u64));
            memory = BytesMut::new();
        }
        match &mut disk {
            // A few kilobytes to the page cache at a time: not worth a thread of their own.
            Some((file, size)) => {
                file.write_all(&piece).map_err(|error| unwritable(&error))?;
                *size += piece.len() as u64;
            }
            None => memory.extend_from_slice(&piece),
        }
    }
    Ok(match disk {
        Some((file, size)) => Content::Temporary(file.into_temp_path().into(), size),
        None => Content::Memory(memory.freeze()),
    })
}

fn too_many(most: usize, what: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S016", format!("the request has more than {most} {what}")))
}

fn too_large(what: &str, most: u64) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S016", format!("{what} are larger than {most} bytes")))
}

fn malformed(text: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S017", format!("the body of the request cannot be read: {text}")))
}

fn broken(error: &MultipartError) -> Box<Diagnostic> {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Box::new(Diagnostic::error("S016", "the request is larger than it may be"));
    }
    malformed(&error.body_text())
}

fn interrupted(error: &axum::Error) -> Box<Diagnostic> {
    let text = error.to_string();
    if text.contains("length limit exceeded") {
        return Box::new(Diagnostic::error("S016", "the request is larger than it may be"));
    }
    malformed(&text)
}

fn unwritable(error: &std::io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S030", format!("an upload cannot be kept: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    const LIMITS: Limits = Limits { values: 100, uploads: 1000, memory: 10, count: 7 };

    fn post(kind: &str, body: impl Into<Body>) -> Request {
        let request = Request::builder().method("POST").uri("/sync?a=url&B=%41+c");
        request.header("content-type", kind).body(body.into()).unwrap()
    }

    fn multipart(parts: &[(&str, &str)]) -> Request {
        let text: String = parts
            .iter()
            .map(|(head, body)| {
                format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
            })
            .collect();
        post("multipart/form-data; boundary=X", format!("{text}--X--\r\n"))
    }

    #[tokio::test]
    async fn forms() {
        let request = post("application/x-www-form-urlencoded; charset=utf-8", "a=b%26&c");
        let read = read(request, &LIMITS).await.unwrap();
        let entries: Vec<_> = read.entries().collect();
        assert_eq!(entries, [("A", "url"), ("B", "A c"), ("A", "b&"), ("C", "")]);
    }

    #[tokio::test]
    async fn boundaries_without_their_quotes() {
        for (kind, boundary) in [
            ("multipart/form-data; boundary====1234.5===", "===1234.5==="),
            ("multipart/form-data; boundary=a/b ; charset=utf-8", "a/b"),
            ("multipart/form-data; charset=utf-8; boundary=\"a b=c\"", "a b=c"),
        ] {
            let part = "Content-Disposition: form-data; name=\"x\"\r\n\r\n1";
            let body = format!("--{boundary}\r\n{part}\r\n--{boundary}--\r\n");
            let read = read(post(kind, body), &LIMITS).await.unwrap();
            assert_eq!(read.single("X").unwrap(), Some("1"), "{kind}");
        }
    }

    #[tokio::test]
    async fn files_in_memory_and_on_disk() {
        let long = "0123456789ab";
        let request = multipart(&[
            ("name=\"Lang\"", "ADQL"),
            ("name=\"p\"; filename=\"x.xml\"", "short"),
            ("name=\"q\"; filename=\"y.xml\"\r\nContent-Type: text/xml", long),
        ]);
        let read = read(request, &LIMITS).await.unwrap();
        assert_eq!(read.single("LANG").unwrap(), Some("ADQL"));
        let [p, q] = read.parts() else { unreachable!() };
        assert!(matches!(p.content, Content::Memory(_)));
        let Content::Temporary(path, 12) = &q.content else { unreachable!("{:?}", q.content) };
        assert_eq!(q.media_type.as_deref(), Some("text/xml"));
        let path = path.to_path_buf();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut q.content.open().unwrap(), &mut text).unwrap();
        assert_eq!(text, long);
        drop(read);
        assert!(!path.exists(), "a temporary file outlives its request");
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_said() {
        let cases = [
            (post("application/json", "{}"), "S018"),
            (post("application/x-www-form-urlencoded", "q".repeat(101)), "S016"),
            (multipart(&[("name=\"q\"", &"q".repeat(101))]), "S016"),
            (multipart(&[("name=\"q\"; filename=\"f\"", &"q".repeat(1001))]), "S016"),
            (post("multipart/form-data; boundary=X", "--X\r\nContent-Dispo"), "S017"),
            (post("multipart/form-data", "--X\r\n"), "S017"),
        ];
        for (request, code) in cases {
            assert_eq!(read(request, &LIMITS).await.unwrap_err().code, code);
        }
    }
}
