//! Where each byte of a decoded scalar stands in the file.
//!
//! The decoded text is walked along the raw text: quotes doubled or escaped, line folding and the
//! indentation of block scalars are stepped over. When the two do not run together, only the
//! scalar as a whole can be pointed at.

use saphyr_parser::ScalarStyle;

use crate::diag::{Span, SpanMap};

/// The map of `decoded`, whose raw form is `file[span]`.
pub(super) fn locate(file: &str, span: Span, style: ScalarStyle, decoded: &str) -> SpanMap {
    let raw = file.get(span.start..span.end).unwrap_or_default();
    let found = match style {
        ScalarStyle::Plain if raw == decoded => {
            return SpanMap::verbatim(span.start, decoded.len());
        }
        ScalarStyle::Plain => walk(raw, 0, Escapes::None, decoded),
        ScalarStyle::SingleQuoted => walk(raw, 1, Escapes::Doubled, decoded),
        ScalarStyle::DoubleQuoted => walk(raw, 1, Escapes::Backslash, decoded),
        // The parser's span of a block scalar begins at its text, or at its header.
        ScalarStyle::Literal => lines(raw, 0, decoded)
            .or_else(|| raw.find('\n').and_then(|end| lines(raw, end + 1, decoded))),
        ScalarStyle::Folded => walk(raw, 0, Escapes::None, decoded).or_else(|| {
            let body = raw.find('\n').map_or(raw.len(), |end| end + 1);
            let blanks = raw.get(body..)?;
            walk(raw, raw.len() - blanks.trim_start_matches(' ').len(), Escapes::None, decoded)
        }),
    };
    match found {
        Some(bytes) => {
            let shift = |at: Span| Span::new(span.start + at.start, span.start + at.end);
            SpanMap::each(span, bytes.into_iter().map(shift).collect())
        }
        None => SpanMap::whole(span),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    None,
    Doubled,
    Backslash,
}

/// Walks along flow scalars; spans are relative to `raw`.
fn walk(raw: &str, start: usize, escapes: Escapes, decoded: &str) -> Option<Vec<Span>> {
    let mut bytes = Vec::with_capacity(decoded.len());
    let mut at = start;
    let mut rest = decoded;
    while let Some(wanted) = rest.chars().next() {
        let here = raw.get(at..)?;
        if here.is_empty() && rest.bytes().all(|byte| byte == b'\n') {
            // The last line breaks of a folded block, which its span does not hold.
            bytes.extend(std::iter::repeat_n(Span::new(at, at), rest.len()));
            break;
        }
        let blank = here.trim_start_matches([' ', '\t', '\r', '\n']);
        let run = here.len() - blank.len();
        let breaks = here.get(..run)?.matches('\n').count();
        if breaks > 0 {
            // One line break is a space, more are one less; blanks around them are nothing.
            let folded = if breaks == 1 { 1 } else { breaks - 1 };
            let (eaten, after) = rest.split_at_checked(folded)?;
            if !eaten.chars().all(|c| c == ' ' || c == '\n') {
                return None;
            }
            bytes.extend(std::iter::repeat_n(Span::new(at, at + run), folded));
            rest = after;
            at += run;
            continue;
        }
        let first = here.chars().next()?;
        let length = match (escapes, first) {
            (Escapes::Doubled, '\'') => 2,
            (Escapes::Backslash, '\\') => match here.chars().nth(1)? {
                'x' => 4,
                'u' => 6,
                'U' => 10,
                '\n' | '\r' => {
                    let next = here.get(1..)?.trim_start_matches(['\r', '\n', ' ', '\t']);
                    at += here.len() - next.len();
                    continue;
                }
                c => 1 + c.len_utf8(),
            },
            (_, c) if c == wanted => c.len_utf8(),
            _ => return None,
        };
        bytes.extend(std::iter::repeat_n(Span::new(at, at + length), wanted.len_utf8()));
        at += length;
        rest = rest.get(wanted.len_utf8()..)?;
    }
    Some(bytes)
}

/// Literal block scalars: each line of the text is the end of a line of the file.
fn lines(raw: &str, start: usize, decoded: &str) -> Option<Vec<Span>> {
    let mut bytes = Vec::with_capacity(decoded.len());
    let mut at = start;
    for line in decoded.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        let here = raw.get(at..)?;
        let end = here.find('\n').unwrap_or(here.len());
        let whole = here.get(..end)?.trim_end_matches('\r');
        let indent = whole.len().checked_sub(text.len())?;
        if !whole.ends_with(text) {
            return None;
        }
        let start = at + indent;
        bytes.extend((0..text.len()).map(|byte| Span::new(start + byte, start + byte + 1)));
        if line.len() > text.len() {
            bytes.push(Span::new(at + end, at + end + 1));
        }
        at += end + 1;
    }
    Some(bytes)
}
