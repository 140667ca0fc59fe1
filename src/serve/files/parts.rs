//! Several ranges in one answer: `multipart/byteranges` of RFC 9110 section 14.6.

use std::io;
use std::ops::Range;

use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use uuid::Uuid;

use crate::artifacts::Content;

/// A body with several ranges.
pub struct Parts {
    /// Its media type.
    pub kind: String,
    /// Its bytes.
    pub length: u64,
    /// Itself.
    pub body: Body,
}

/// The ranges of a file of type `kind`.
pub fn parts(content: &Content, ranges: Vec<Range<u64>>, kind: &str) -> Parts {
    // Nobody can have put it into the file.
    let boundary = Uuid::new_v4().simple().to_string();
    let size = content.size();
    let head = |range: &Range<u64>| {
        let last = range.end.saturating_sub(1);
        format!(
            "\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: bytes {}-{last}/{size}\r\n\r\n",
            range.start
        )
    };
    let end = format!("\r\n--{boundary}--\r\n");
    let all: Vec<(String, Range<u64>)> =
        ranges.into_iter().map(|range| (head(&range), range)).collect();
    let length = all
        .iter()
        .map(|(head, range)| head.len() as u64 + (range.end - range.start))
        .fold(end.len() as u64, u64::saturating_add);
    let content = content.clone();
    let texts = |text: String| stream::once(async { Ok::<Bytes, io::Error>(text.into()) });
    let pieces = stream::iter(all)
        .flat_map(move |(head, range)| texts(head).chain(content.pieces(range)))
        .chain(texts(end));
    let kind = format!("multipart/byteranges; boundary={boundary}");
    Parts { kind, length, body: Body::from_stream(pieces) }
}
