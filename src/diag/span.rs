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
}

impl Source {
    /// A text called `name` in messages.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), start: (1, 1) }
    }

    /// A part of a file that is too long to be held: the text from that line and column on.
    pub fn excerpt(
        name: impl Into<Arc<str>>,
        text: impl Into<Arc<str>>,
        line: usize,
        column: usize,
    ) -> Self {
        Self { name: name.into(), text: text.into(), start: (line, column) }
    }

    /// Line and column of the text's first character in the file, from one.
    pub fn start(&self) -> (usize, usize) {
        self.start
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
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = self.text.get(..offset).unwrap_or_default();
        let lines = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let (line, first) = self.start;
        (line + lines, column + if lines == 0 { first } else { 1 })
    }
}
