//! The document on its way in: decoded, counted, and with its places.
//!
//! In: any [`Read`]. Out: UTF-8 as [`BufRead`] that stops at the limits, and [`Mark`]s that become
//! lines and columns of the document with a piece of its text around them.

use std::io::{self, BufRead, Read};

use super::Limits;
use super::encoding::{self, Decoder, KNOWN};
use super::problem::{Problem, problem};
use crate::diag::{Diagnostic, Source, Span};

/// Bytes that are read at once.
const CHUNK: usize = 32 << 10;
/// Bytes before the present place that are kept for messages.
const KEPT: usize = 4 << 10;
/// Bytes before and after a place that a message shows.
const SHOWN: usize = 100;

/// A place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    offset: u64,
    line: usize,
    column: usize,
}

/// The document.
pub struct Input<R> {
    raw: R,
    name: String,
    decoder: Option<Decoder>,
    chunk: Vec<u8>,
    buffer: Vec<u8>,
    /// Offset in the document of the buffer's first byte.
    base: u64,
    /// Read up to here.
    at: usize,
    /// Lines are counted up to here.
    counted: Mark,
    /// What may still be read, in all and of the present item.
    left: u64,
    item: usize,
    limits: Limits,
    /// Why reading stopped; the XML parser in between only knows that it did.
    trouble: Option<Box<Diagnostic>>,
}

impl<R: Read> Input<R> {
    /// A document called `name` in messages.
    pub fn new(raw: R, name: &str, limits: &Limits) -> Self {
        Self {
            raw,
            name: name.to_owned(),
            decoder: None,
            chunk: Vec::new(),
            buffer: Vec::new(),
            base: 0,
            at: 0,
            counted: Mark { offset: 0, line: 1, column: 1 },
            left: limits.bytes,
            item: limits.item,
            limits: limits.clone(),
            trouble: None,
        }
    }

    /// The present place, where an item begins that has [`Limits::item`] bytes at most.
    pub fn mark(&mut self) -> Mark {
        self.item = self.limits.item;
        let from = index(self.counted.offset, self.base);
        for byte in self.buffer.get(from..self.at).unwrap_or_default() {
            if *byte == b'\n' {
                self.counted.line += 1;
                self.counted.column = 1;
            } else if !matches!(byte, 0x80..=0xbf) {
                self.counted.column += 1;
            }
        }
        self.counted.offset = self.base + self.at as u64;
        self.counted
    }

    /// What stopped the reading, once.
    pub fn trouble(&mut self) -> Option<Box<Diagnostic>> {
        self.trouble.take()
    }

    /// The text around a place, and `length` bytes there, as a diagnostic wants them.
    pub fn place(&self, mark: Mark, length: usize) -> (Source, Span) {
        let text = (mark.offset >= self.base).then(|| {
            let at = index(mark.offset, self.base).min(self.buffer.len());
            let (before, after) = self.buffer.split_at_checked(at).unwrap_or_default();
            let before = before.get(before.len().saturating_sub(SHOWN)..).unwrap_or_default();
            let before = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            let after = after.get(..SHOWN).unwrap_or(after);
            let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
            // Where the cut goes through a character, the halves go.
            let whole = before.iter().position(|byte| !matches!(byte, 0x80..=0xbf));
            let before = whole.and_then(|at| before.get(at..)).unwrap_or_default();
            (clean(before), clean(after))
        });
        let (before, after) = text.unwrap_or_default();
        let column = mark.column.saturating_sub(before.chars().count()).max(1);
        let start = before.len();
        let end = start + length.clamp(1, after.len().max(1));
        let source = Source::excerpt(self.name.as_str(), before + &after, mark.line, column);
        (source, Span::new(start, end))
    }

    /// Skips text up to markup or a reference, however long it is.
    pub fn skip_text(&mut self) -> io::Result<()> {
        loop {
            self.item = self.limits.item;
            let text = self.fill_buf()?;
            if text.is_empty() {
                return Ok(());
            }
            let end = text.iter().position(|byte| matches!(byte, b'<' | b'&'));
            let length = end.unwrap_or(text.len());
            self.consume(length);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    fn stop(&mut self, trouble: Problem) -> io::Error {
        let mark = self.mark();
        let (source, span) = self.place(mark, 1);
        self.trouble.get_or_insert_with(|| trouble.at(&source, span));
        io::Error::other("stopped")
    }

    /// Reads on. Nothing more in the buffer afterwards: the end.
    fn refill(&mut self) -> io::Result<()> {
        self.mark_keeping_item();
        let drop = self.at.saturating_sub(KEPT);
        self.buffer.drain(..drop);
        self.base += drop as u64;
        self.at -= drop;
        if self.decoder.is_none() {
            return self.begin();
        }
        while self.at == self.buffer.len() {
            self.chunk.resize(CHUNK, 0);
            let length = self.read_chunk(0)?;
            if length == 0 {
                let may_end = self.decoder.as_ref().is_none_or(Decoder::may_end);
                return if may_end { Ok(()) } else { Err(self.not_text()) };
            }
            self.decode(0, length)?;
        }
        Ok(())
    }

    /// The first bytes, which tell the encoding.
    fn begin(&mut self) -> io::Result<()> {
        self.chunk.resize(CHUNK, 0);
        let mut length = 0;
        // Enough for an XML declaration, or all there is.
        while length < 512 {
            match self.read_chunk(length)? {
                0 => break,
                more => length += more,
            }
        }
        match encoding::detect(self.chunk.get(..length).unwrap_or_default()) {
            Ok((encoding, skip)) => {
                self.decoder = Some(Decoder::new(encoding));
                self.decode(skip, length)
            }
            Err(name) => {
                let trouble = problem("V003", format!("the encoding {name} cannot be read"));
                let trouble = trouble.help(format!("the encodings that can be read are {KNOWN}"));
                Err(self.stop(trouble))
            }
        }
    }

    fn decode(&mut self, from: usize, to: usize) -> io::Result<()> {
        let bytes = self.chunk.get(from..to).unwrap_or_default();
        let before = self.buffer.len();
        let valid =
            self.decoder.as_mut().is_some_and(|decoder| decoder.decode(bytes, &mut self.buffer));
        if !valid {
            return Err(self.not_text());
        }
        let more = (self.buffer.len() - before) as u64;
        let Some(left) = self.left.checked_sub(more) else {
            let text = format!("the document has more than {} bytes", self.limits.bytes);
            return Err(self.stop(problem("V011", text).help("upload fewer rows or columns")));
        };
        self.left = left;
        Ok(())
    }

    fn not_text(&mut self) -> io::Error {
        let text = "the document's bytes are not UTF-16, which it begins with";
        self.stop(problem("V003", text).help("save it as UTF-8"))
    }

    fn read_chunk(&mut self, from: usize) -> io::Result<usize> {
        loop {
            let room = self.chunk.get_mut(from..).unwrap_or_default();
            match self.raw.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(self.stop(problem("V013", format!("reading failed: {error}"))));
                }
                Ok(length) => return Ok(length.min(room_after(from))),
            }
        }
    }

    fn mark_keeping_item(&mut self) {
        let item = self.item;
        self.mark();
        self.item = item;
    }
}

fn room_after(from: usize) -> usize {
    CHUNK.saturating_sub(from)
}

#[expect(clippy::cast_possible_truncation, reason = "both lie in the buffer")]
fn index(offset: u64, base: u64) -> usize {
    offset.saturating_sub(base) as usize
}

/// Text for people: what is not text, or would move the cursor, is replaced.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let length = ready.read(out)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.trouble.is_some() {
            return Err(io::Error::other("stopped"));
        }
        if self.item == 0 {
            let text = format!("a tag, comment or text has more than {} bytes", self.limits.item);
            return Err(self.stop(problem("V011", text)));
        }
        if self.at == self.buffer.len() {
            self.refill()?;
        }
        let end = self.buffer.len().min(self.at.saturating_add(self.item));
        Ok(self.buffer.get(self.at..end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.buffer.len().min(self.at + amount);
        self.item = self.item.saturating_sub(amount);
    }
}
