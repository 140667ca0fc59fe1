//! From a decoded text back to the file it came from.
//!
//! In: offsets in a text that was unescaped, for instance a YAML scalar between double quotes.
//! Out: spans of the file, so that a caret can point inside the scalar.

use super::Span;

/// Where each byte of a decoded text stands in its source.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanMap {
    whole: Span,
    bytes: Bytes,
}

#[derive(Debug, Clone, PartialEq)]
enum Bytes {
    /// The text stands in the source as it is, from the start of `whole`.
    Verbatim,
    /// The source bytes of each byte of the text; bytes of one character share a span.
    Each(Vec<Span>),
    /// Not known: only the whole can be pointed at.
    Unknown,
}

impl SpanMap {
    /// A text of `length` bytes that stands unchanged at offset `start` of its source.
    pub fn verbatim(start: usize, length: usize) -> Self {
        Self { whole: Span::new(start, start + length), bytes: Bytes::Verbatim }
    }

    /// A text of which only the outer bounds are known.
    pub fn whole(whole: Span) -> Self {
        Self { whole, bytes: Bytes::Unknown }
    }

    /// A text with the source span of each of its bytes.
    pub fn each(whole: Span, bytes: Vec<Span>) -> Self {
        Self { whole, bytes: Bytes::Each(bytes) }
    }

    /// The span of the whole text in the source, quotes included.
    pub fn all(&self) -> Span {
        self.whole
    }

    /// The span in the source of the bytes `start..end` of the text.
    pub fn span(&self, start: usize, end: usize) -> Span {
        match &self.bytes {
            Bytes::Verbatim => Span::new(self.whole.start + start, self.whole.start + end),
            Bytes::Unknown => self.whole,
            Bytes::Each(bytes) => {
                let last = bytes.last().map_or(self.whole.end, |span| span.end);
                let from = bytes.get(start).map_or(last, |span| span.start);
                let to = match end.checked_sub(1) {
                    Some(index) if end > start => bytes.get(index).map_or(last, |span| span.end),
                    _ => from,
                };
                Span::new(from, to.max(from))
            }
        }
    }
}
