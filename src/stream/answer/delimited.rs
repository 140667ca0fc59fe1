//! CSV and TSV.
//!
//! In: batches. Out: CSV as RFC 4180 has it: lines that end in CR LF, quotes only around a text with a
//! comma, a quote or a line break in it, and around the empty text, because NULL is nothing at all. A
//! NULL that is alone in its row is `""`, since readers pass over empty lines. TSV as IANA registers
//! it: lines that end in LF, no quotes; tabs and line breaks of values become blanks. Numbers and
//! arrays are written as in TABLEDATA, truth as `true` and `false`.
//!
//! Neither can say how it ended: with an overflow or an error the rows just end.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::About;
use super::output::Output;
use crate::diag::Result;
use crate::stream::text::{Value, typed_columns};
use crate::stream::{Flow, Sink, Status};
use crate::time;
use crate::votable::{Datatype, number};

/// What separates values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Commas.
    Csv,
    /// Tabs.
    Tsv,
}

/// A CSV or TSV file.
#[derive(Debug)]
pub struct Delimited<W> {
    out: Output<W>,
    style: Style,
    /// The line with the names; none if it is not wanted.
    names: Option<Vec<String>>,
    types: Vec<Datatype>,
}

impl<W: Write> Delimited<W> {
    /// A file, with the names in its first line if `header`.
    pub fn new(out: W, about: &About, style: Style, header: bool) -> Self {
        let names = about.columns.iter().map(|column| column.name.clone()).collect();
        Self { out: Output::new(out), style, names: header.then_some(names), types: about.types() }
    }
}

impl<W: Write + Send> Sink for Delimited<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        if let Some(names) = self.names.take() {
            let names = names.iter().map(|name| Value::Text(name));
            line(self.style, names, &mut self.out.buffer);
        }
        self.out.flush()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let columns = typed_columns(batch, &self.types);
        for row in 0..batch.num_rows() {
            let values = columns.iter().map(|column| column.value(row));
            line(self.style, values, &mut self.out.buffer);
            self.out.relieve()?;
        }
        self.out.send()?;
        Ok(Flow::More)
    }

    fn finish(&mut self, _: &Status) -> Result<()> {
        self.out.flush()
    }
}

fn line<'a>(style: Style, values: impl Iterator<Item = Value<'a>>, out: &mut Vec<u8>) {
    let begin = out.len();
    let mut first = true;
    for value in values {
        if !first {
            out.push(if style == Style::Csv { b',' } else { b'\t' });
        }
        first = false;
        match value {
            Value::Null => {}
            Value::Text(text) if style == Style::Csv => quoted(text, out),
            Value::Text(text) => {
                let blank = |byte| if matches!(byte, b'\t' | b'\r' | b'\n') { b' ' } else { byte };
                out.extend(text.bytes().map(blank));
            }
            Value::Int(integer) => number::int(integer, out),
            Value::Double(double) => number::double(double, out),
            Value::Float(float) => number::float(float, out),
            Value::Bool(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
            Value::Instant(microseconds) => time::push_iso(microseconds, out),
        }
    }
    match style {
        Style::Csv if out.len() == begin => out.extend_from_slice(b"\"\"\r\n"),
        Style::Csv => out.extend_from_slice(b"\r\n"),
        Style::Tsv => out.push(b'\n'),
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if !text.is_empty() && !text.as_bytes().iter().any(special) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
