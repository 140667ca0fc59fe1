//! Source texts and places in them.

use std::sync::Arc;

/// A half-open range of bytes in a [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to but not including `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A text with the name of the file it came from; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// Line and column of the text's first character in the file, from one.
    start: (usize, usize),
    /// Where the lines begin, so that a file with thousands of findings is not searched for each.
    lines: Arc<[usize]>,
}

impl Source {
    /// A text called `name` in messages.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self::excerpt(name, text, 1, 1)
    }

    /// A part of a file that is too long to be held: the text from that line and column on.
    pub fn excerpt(
        name: impl Into<Arc<str>>,
        text: impl Into<Arc<str>>,
        line: usize,
        column: usize,
    ) -> Self {
        let text: Arc<str> = text.into();
        let lines =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.into(), text, start: (line, column), lines }
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column, both from one, of a byte offset; columns count characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let lines = self.lines_before(offset);
        let begin = self.lines.get(lines).copied().unwrap_or_default();
        let column = self.text.get(begin..offset).unwrap_or_default().chars().count();
        let (line, first) = self.start;
        (line + lines, column + if lines == 0 { first } else { 1 })
    }

    /// How many lines end before a byte offset.
    fn lines_before(&self, offset: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= offset).saturating_sub(1)
    }

    /// The part of the text that shows a span, as bytes from where to where: its lines and the one
    /// after them; of long lines what is near it.
    pub(super) fn surroundings(&self, span: Span) -> Span {
        const NEAR: usize = 5000;
        // The end of the text is shown at the end of its last line.
        let first = self.lines_before(span.start.min(self.text.len().saturating_sub(1)));
        let begin = self.lines.get(first).copied().unwrap_or_default();
        let after = self.lines.get(self.lines_before(span.end) + 2).copied();
        let (start, end) = (span.start.saturating_sub(NEAR), span.end.saturating_add(NEAR));
        Span {
            start: self.text.floor_char_boundary(begin.max(start)),
            end: self.text.ceil_char_boundary(end.min(after.unwrap_or(self.text.len()))),
        }
    }
}
