//! JSON, in the layout that other TAP services have, with its ending added.
//!
//! In: batches. Out: one object with these members, in this order:
//!
//! - `metadata`: an object for each column: `name`, `datatype`, `unit` and `description`, which may be
//!   `null`, and where they are not empty `arraysize`, `xtype`, `ucd`, `utype`, with VOTable's words;
//! - `infos`: objects with `name` and `value`: the query, the origin of the data;
//! - `data`: an array for each row. NULL is `null`; numbers are numbers, but `"NaN"`, `"+Inf"` and
//!   `"-Inf"` are strings, since JSON has no such numbers; arrays, geometries and complex numbers are
//!   arrays of numbers; bits, text and times are strings;
//! - `status`: `OK`, `OVERFLOW` or `ERROR`, as VOTable's QUERY_STATUS;
//! - `message`: what went wrong, after `ERROR`.
//!
//! The document is legal at every ending. An error before the first row leaves `metadata` and `data`
//! empty.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde_json::{Map, Value as Json, json};

use super::About;
use super::output::Output;
use crate::diag::{Diagnostic, Result};
use crate::stream::text::{Value, typed_columns};
use crate::stream::{Flow, Sink, Status};
use crate::time;
use crate::votable::{Datatype, Field, Shape, element, number};

/// A JSON document.
#[derive(Debug)]
pub struct JsonTable<W> {
    out: Output<W>,
    fields: Vec<Field>,
    types: Vec<Datatype>,
    infos: Json,
    state: State,
    /// Whether a row stands before the next.
    rows: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Closed,
}

impl<W: Write> JsonTable<W> {
    /// A document about `about`.
    pub fn new(out: W, about: &About) -> Self {
        let fields = about.columns.iter().map(crate::catalog::Column::field).collect();
        let all = about.infos.iter().chain(&about.resource_infos);
        let infos = all.map(|info| json!({"name": info.name, "value": info.value})).collect();
        let types = about.types();
        Self { out: Output::new(out), fields, types, infos, state: State::New, rows: false }
    }

    /// Writes everything up to the first row.
    fn open(&mut self, fields: &[Field]) {
        let metadata: Json = fields.iter().map(metadata).collect();
        let text = format!("{{\"metadata\":{metadata},\n\"infos\":{},\n\"data\":[", self.infos);
        self.out.push(&text);
        self.state = State::Open;
    }

    fn close(&mut self, status: &Status) -> Result<()> {
        self.state = State::Closed;
        let ending = match status {
            Status::Complete => "\"OK\"".to_owned(),
            Status::Overflow => "\"OVERFLOW\"".to_owned(),
            Status::Error(message) => format!("\"ERROR\",\"message\":{}", json!(message)),
        };
        self.out.push(&format!("\n],\"status\":{ending}}}\n"));
        self.out.flush()
    }
}

impl<W: Write + Send> Sink for JsonTable<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        let fields = std::mem::take(&mut self.fields);
        self.open(&fields);
        self.fields = fields;
        self.out.flush()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        if self.state != State::Open {
            return Ok(Flow::Enough);
        }
        let columns = typed_columns(batch, &self.types);
        for row in 0..batch.num_rows() {
            let begin = self.out.buffer.len();
            self.out.push(if self.rows { ",\n" } else { "\n" });
            for (index, (column, field)) in columns.iter().zip(&self.fields).enumerate() {
                self.out.buffer.push(if index == 0 { b'[' } else { b',' });
                if cell(field, &column.value(row), &mut self.out.buffer).is_none() {
                    self.out.buffer.truncate(begin);
                    let name = &field.name;
                    let message = format!("a value of column `{name}` is not of its type");
                    self.close(&Status::Error(message.clone()))?;
                    return Err(Box::new(Diagnostic::error("F002", message)));
                }
            }
            self.out.buffer.push(b']');
            self.rows = true;
            self.out.relieve()?;
        }
        self.out.send()?;
        Ok(Flow::More)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        match (self.state, status) {
            (State::Closed, _) => Ok(()),
            (State::Open, _) => self.close(status),
            (State::New, _) => {
                self.open(&[]);
                self.close(status)
            }
        }
    }
}

fn metadata(field: &Field) -> Json {
    let description = [("description", field.description.as_str())];
    // astroquery needs these in any case.
    let always = ["name", "unit", "description"];
    let said = field.attributes().into_iter().chain(description);
    let wanted = said.filter(|(name, text)| always.contains(name) || !text.is_empty());
    let value = |name: &str, text: &str| {
        if text.is_empty() && name != "name" { Json::Null } else { json!(text) }
    };
    Json::Object(
        wanted.map(|(name, text)| (name.to_owned(), value(name, text))).collect::<Map<_, _>>(),
    )
}

/// Appends a value; nothing comes back for one that its field cannot have.
fn cell(field: &Field, value: &Value<'_>, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Int(integer) => number::int(*integer, out),
        Value::Double(double) if double.is_finite() => number::double(*double, out),
        Value::Float(float) if float.is_finite() => number::float(*float, out),
        Value::Double(double) => in_quotes(out, |out| number::double(*double, out)),
        Value::Float(float) => in_quotes(out, |out| number::float(*float, out)),
        Value::Instant(microseconds) => in_quotes(out, |out| time::push_iso(*microseconds, out)),
        Value::Text(text) if field.datatype.is_text() || field.datatype == Datatype::Bit => {
            string(text, out);
        }
        Value::Text(text) => {
            if field.shape() == Shape::One && !element::is_complex(field.datatype) {
                return one(field.datatype, text.trim(), out);
            }
            out.push(b'[');
            for (index, word) in text.split_ascii_whitespace().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                one(field.datatype, word, out)?;
            }
            out.push(b']');
        }
    }
    Some(())
}

/// Appends an element of an array.
fn one(datatype: Datatype, word: &str, out: &mut Vec<u8>) -> Option<()> {
    let value = match datatype {
        Datatype::Boolean => element::boolean(word)?.map_or(Value::Null, Value::Bool),
        Datatype::Float | Datatype::FloatComplex => Value::Float(word.parse().ok()?),
        Datatype::Double | Datatype::DoubleComplex => Value::Double(word.parse().ok()?),
        _ => Value::Int(element::integer(word)?),
    };
    match value {
        Value::Double(double) if !double.is_finite() => {
            in_quotes(out, |out| number::double(double, out));
        }
        Value::Float(float) if !float.is_finite() => {
            in_quotes(out, |out| number::float(float, out));
        }
        Value::Double(double) => number::double(double, out),
        Value::Float(float) => number::float(float, out),
        Value::Int(integer) => number::int(integer, out),
        Value::Bool(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        _ => out.extend_from_slice(b"null"),
    }
    Some(())
}

fn in_quotes(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

fn string(text: &str, out: &mut Vec<u8>) {
    let plain = |byte: &u8| *byte >= 0x20 && !matches!(byte, b'"' | b'\\');
    if text.as_bytes().iter().all(plain) {
        return in_quotes(out, |out| out.extend_from_slice(text.as_bytes()));
    }
    // Writing text to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}
