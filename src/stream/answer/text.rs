//! Aligned columns of text, for terminals.
//!
//! In: batches. Out: names, a rule, and a line for each row; numbers to the right, all else to the
//! left, NULL as nothing. The widths are those of the first rows, so that nothing needs to wait for
//! the last one; a later value that is wider pushes its line to the right and is never cut. Control
//! characters, which terminals obey, are replaced. A last line tells of an overflow or an error.

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

/// Rows that widths are taken from, at most one batch.
const SEEN: usize = 1000;
/// No column is made wider than this for the sake of a value.
const WIDEST: usize = 60;

/// A table of text.
#[derive(Debug)]
pub struct Text<W> {
    out: Output<W>,
    names: Vec<String>,
    types: Vec<Datatype>,
    widths: Vec<usize>,
    begun: bool,
    line: Vec<u8>,
}

impl<W: Write> Text<W> {
    /// A table of these columns.
    pub fn new(out: W, about: &About) -> Self {
        let names: Vec<String> = about.columns.iter().map(|one| clean(&one.name)).collect();
        let widths = names.iter().map(|name| name.chars().count()).collect();
        let types = about.types();
        Self { out: Output::new(out), names, types, widths, begun: false, line: Vec::new() }
    }

    /// Writes the names and the rule, once.
    fn head(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let rules: Vec<String> = self.widths.iter().map(|width| "-".repeat(*width)).collect();
        let names = std::mem::take(&mut self.names);
        for line in [names, rules] {
            for (index, word) in line.iter().enumerate() {
                self.place(index, word, false);
            }
            self.end();
        }
    }

    /// Appends a cell; the blanks after the last are taken away by [`Text::end`].
    fn place(&mut self, index: usize, word: &str, right: bool) {
        let width = self.widths.get(index).copied().unwrap_or_default();
        let blanks = width.saturating_sub(word.chars().count());
        let (before, after) = if right { (blanks, 0) } else { (0, blanks) };
        let gap = if index > 0 { 2 } else { 0 };
        self.line.resize(self.line.len() + gap + before, b' ');
        self.line.extend_from_slice(word.as_bytes());
        self.line.resize(self.line.len() + after, b' ');
    }

    fn end(&mut self) {
        self.out.buffer.extend_from_slice(self.line.trim_ascii_end());
        self.out.buffer.push(b'\n');
        self.line.clear();
    }
}

impl<W: Write + Send> Sink for Text<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let columns = typed_columns(batch, &self.types);
        if !self.begun {
            for (column, width) in columns.iter().zip(&mut self.widths) {
                for row in 0..batch.num_rows().min(SEEN) {
                    let long = shown(&column.value(row)).chars().count();
                    *width = (*width).max(long.min(WIDEST));
                }
            }
            self.head();
        }
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                let value = column.value(row);
                let right = matches!(value, Value::Int(_) | Value::Double(_) | Value::Float(_));
                self.place(index, &shown(&value), right);
            }
            self.end();
            self.out.relieve()?;
        }
        self.out.send()?;
        Ok(Flow::More)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        match status {
            Status::Complete => self.head(),
            Status::Overflow => {
                self.head();
                self.out.push("There are more rows than these.\n");
            }
            Status::Error(message) => self.out.push(&format!("Error: {}\n", clean(message))),
        }
        self.out.flush()
    }
}

fn shown(value: &Value<'_>) -> String {
    let mut out = Vec::new();
    match value {
        Value::Null => {}
        Value::Text(text) => return clean(text),
        Value::Int(integer) => number::int(*integer, &mut out),
        Value::Double(double) => number::double(*double, &mut out),
        Value::Float(float) => number::float(*float, &mut out),
        Value::Bool(flag) => return flag.to_string(),
        Value::Instant(microseconds) => time::push_iso(*microseconds, &mut out),
    }
    String::from_utf8(out).unwrap_or_default()
}

fn clean(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ").replace(char::is_control, "\u{fffd}")
}
