//! CSV, as `ObscoreExporter.to_csv` writes it.
//!
//! In: batches. Out: a header and text in double quotes, numbers without, NULL as the mapping's
//! `csv_null_string` without quotes, rows that end in a line feed. The numbers are written as
//! Arrow's C++ library writes them. Butler's exporter edits the bytes of finished lines; where a
//! value has an empty line or a unit separator (0x1F) in it, that edit changes the value, and this
//! writer does not.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::sink::unwritable;
use super::text::{Value, columns};
use super::{Flow, Sink, Status};
use crate::diag::Result;
use crate::time::push_iso;

/// A CSV file.
#[derive(Debug)]
pub struct Csv<W> {
    out: W,
    null: String,
    buffer: Vec<u8>,
}

impl<W: Write> Csv<W> {
    /// A file with this text for NULL.
    pub fn new(out: W, null: &str) -> Self {
        Self { out, null: null.to_owned(), buffer: Vec::new() }
    }

    fn send(&mut self) -> Result<()> {
        self.out.write_all(&self.buffer).map_err(|error| unwritable(&error))?;
        self.buffer.clear();
        Ok(())
    }

    fn value(&mut self, value: &Value<'_>) {
        // Writing to a vector cannot fail.
        let _ = match value {
            Value::Null => self.buffer.write_all(self.null.as_bytes()),
            Value::Text(text) => {
                quoted(text, &mut self.buffer);
                Ok(())
            }
            Value::Instant(microseconds) => {
                push_iso(*microseconds, &mut self.buffer);
                Ok(())
            }
            Value::Float(number) => double((*number).into(), &mut self.buffer),
            Value::Int(number) => write!(self.buffer, "{number}"),
            Value::Bool(flag) => write!(self.buffer, "{flag}"),
            Value::Double(number) => double(*number, &mut self.buffer),
        };
    }
}

impl<W: Write + Send> Sink for Csv<W> {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        for (index, field) in schema.fields().iter().enumerate() {
            if index > 0 {
                self.buffer.push(b',');
            }
            quoted(field.name(), &mut self.buffer);
        }
        self.buffer.push(b'\n');
        self.send()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let columns = columns(batch);
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    self.buffer.push(b',');
                }
                self.value(&column.value(row));
            }
            self.buffer.push(b'\n');
        }
        self.send()?;
        Ok(Flow::More)
    }

    /// CSV cannot say how it ended.
    fn finish(&mut self, _: &Status) -> Result<()> {
        self.out.flush().map_err(|error| unwritable(&error))
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut pieces = text.split('"');
    out.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
    for piece in pieces {
        out.extend_from_slice(b"\"\"");
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

/// The shortest digits that read back as the same number: with an exponent from 1e10 on and below
/// 1e-6, without a decimal point for whole numbers.
fn double(number: f64, out: &mut Vec<u8>) -> std::io::Result<()> {
    if number.is_nan() {
        return out.write_all(b"nan");
    }
    let size = number.abs();
    if size == 0.0 || (1e-6..1e10).contains(&size) || number.is_infinite() {
        return write!(out, "{number}");
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => {
            write!(out, "{digits}e+{exponent}")
        }
        _ => out.write_all(text.as_bytes()),
    }
}
