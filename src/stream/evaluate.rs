//! Recipes on rows.
//!
//! In: tuples (as [`crate::db`] sends them) and a [`Recipe`]. Out: its value in one row, as text
//! or number. Python's rules of formatting, as [`crate::lower`] writes them in SQL.

use std::fmt::Write;
use std::sync::Arc;

use crate::lower::{Recipe, Wire};
use crate::plan::RegionPart;
use crate::region::RegionColumns;
use crate::time;
use crate::value::{Cell, Literal};

/// Microseconds from 1970 to 2000, where PostgreSQL's timestamps begin.
const EPOCH: i64 = 946_684_800_000_000;

/// Some rows.
#[derive(Debug)]
pub struct Rows<'a> {
    /// Their tuples.
    pub data: &'a [u8],
    /// Begin and end of each field in `data`, row by row; NULL ends before it begins.
    pub spans: &'a [(u32, u32)],
    /// What the fields are.
    pub wires: &'a [Wire],
    /// The decoded regions of each field that has them, row by row.
    pub regions: &'a [Vec<Option<Arc<RegionColumns>>>],
}

impl<'a> Rows<'a> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.spans.len().checked_div(self.wires.len()).unwrap_or_default()
    }

    /// The bytes of a field; `None` is NULL.
    pub fn bytes(&self, row: usize, field: usize) -> Option<&'a [u8]> {
        let (begin, end) = self.spans.get(row * self.wires.len() + field)?;
        self.data.get(*begin as usize..*end as usize)
    }

    /// The text of a field; what is no UTF-8 (SQLite does not look) counts as NULL.
    pub fn str(&self, row: usize, field: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(row, field)?).ok()
    }

    /// An integer or a text as it is stored.
    pub fn cell(&self, row: usize, field: usize) -> Cell {
        let cell = match self.wires.get(field) {
            Some(Wire::Int) => self.stored_int(row, field).map(Cell::Int),
            _ => self.str(row, field).map(|text| Cell::Text(text.to_owned())),
        };
        cell.unwrap_or(Cell::Null)
    }

    fn stored_int(&self, row: usize, field: usize) -> Option<i64> {
        let bytes = self.bytes(row, field)?;
        match bytes.len() {
            1 => bytes.first().map(|byte| i64::from(*byte)),
            2 => bytes.try_into().ok().map(i16::from_be_bytes).map(i64::from),
            4 => bytes.try_into().ok().map(i32::from_be_bytes).map(i64::from),
            _ => bytes.try_into().ok().map(i64::from_be_bytes),
        }
    }

    fn stored_float(&self, row: usize, field: usize) -> Option<f64> {
        let bytes = self.bytes(row, field)?;
        match bytes.len() {
            4 => bytes.try_into().ok().map(f32::from_be_bytes).map(f64::from),
            _ => bytes.try_into().ok().map(f64::from_be_bytes),
        }
    }

    fn region(&self, row: usize, field: usize) -> Option<&RegionColumns> {
        self.regions.get(field)?.get(row)?.as_deref()
    }

    /// The value of an integer column.
    pub fn int(&self, recipe: &Recipe, row: usize) -> Option<i64> {
        match recipe {
            Recipe::Constant(Literal::Int(value)) => Some(*value),
            Recipe::Constant(Literal::Bool(value)) => Some(i64::from(*value)),
            Recipe::Field(field) => self.stored_int(row, *field),
            Recipe::Coalesce(parts) => parts.iter().find_map(|part| self.int(part, row)),
            Recipe::Lookup { cases, otherwise } => match self.case(cases, row) {
                Some(Some(Literal::Int(value))) => Some(*value),
                Some(_) => None,
                None => self.int(otherwise, row),
            },
            _ => None,
        }
    }

    /// The value of a boolean column.
    pub fn bool(&self, recipe: &Recipe, row: usize) -> Option<bool> {
        self.int(recipe, row).map(|value| value != 0)
    }

    /// The value of a column of doubles.
    pub fn float(&self, recipe: &Recipe, row: usize) -> Option<f64> {
        match recipe {
            Recipe::Constant(value) => number(value),
            Recipe::Field(field) => match self.wires.get(*field)? {
                #[expect(clippy::cast_precision_loss, reason = "as the database would convert")]
                Wire::Int => self.stored_int(row, *field).map(|value| value as f64),
                _ => self.stored_float(row, *field),
            },
            Recipe::UtcMjd(field) => self.stored_int(row, *field).map(time::utc_mjd),
            Recipe::Region(field, part) => {
                let region = self.region(row, *field)?;
                match part {
                    RegionPart::Ra => region.s_ra,
                    RegionPart::Dec => region.s_dec,
                    RegionPart::Fov => region.s_fov,
                    _ => None,
                }
            }
            Recipe::Coalesce(parts) => parts.iter().find_map(|part| self.float(part, row)),
            Recipe::Lookup { cases, otherwise } => match self.case(cases, row) {
                Some(value) => number(value.as_ref()?),
                None => self.float(otherwise, row),
            },
            _ => None,
        }
    }

    /// The value of a timestamp column: microseconds since 1970.
    pub fn timestamp(&self, recipe: &Recipe, row: usize) -> Option<i64> {
        let Recipe::Field(field) = recipe else { return None };
        match self.wires.get(*field)? {
            Wire::TimestampText => time::parse_iso(self.str(row, *field)?).map(|nano| nano / 1000),
            _ => self.stored_int(row, *field)?.checked_add(EPOCH),
        }
    }

    /// Appends the value of a text column; false, with `out` as it may be, for NULL.
    pub fn text(&self, recipe: &Recipe, row: usize, out: &mut String) -> bool {
        match recipe {
            Recipe::Constant(value) => {
                match value {
                    Literal::String(text) => out.push_str(text),
                    Literal::Int(number) => return write!(out, "{number}").is_ok(),
                    Literal::Float(number) => python_repr(*number, out),
                    Literal::Bool(_) => return false,
                }
                true
            }
            Recipe::Field(field) => self.field_text(*field, row, out),
            Recipe::UtcText(field, separator) => match self.stored_int(row, *field) {
                Some(tai) => {
                    out.push_str(&time::iso_utc(tai, 6, *separator));
                    true
                }
                None => false,
            },
            Recipe::Region(field, RegionPart::Region) => {
                match self.region(row, *field).and_then(|region| region.s_region.as_deref()) {
                    Some(text) => {
                        out.push_str(text);
                        true
                    }
                    None => false,
                }
            }
            Recipe::Concat(parts) => parts.iter().all(|part| self.text(part, row, out)),
            Recipe::Formatted(value) => {
                let before = out.len();
                if !self.text(value, row, out) {
                    out.truncate(before);
                    out.push_str("None");
                }
                true
            }
            Recipe::Coalesce(parts) => parts.iter().any(|part| {
                let before = out.len();
                let found = self.text(part, row, out);
                if !found {
                    out.truncate(before);
                }
                found
            }),
            Recipe::Lookup { cases, otherwise } => match self.case(cases, row) {
                Some(Some(Literal::String(text))) => {
                    out.push_str(text);
                    true
                }
                Some(Some(Literal::Int(number))) => write!(out, "{number}").is_ok(),
                Some(_) => false,
                None => self.text(otherwise, row, out),
            },
            Recipe::Null | Recipe::UtcMjd(_) | Recipe::Region(..) => false,
        }
    }

    fn field_text(&self, field: usize, row: usize, out: &mut String) -> bool {
        match self.wires.get(field) {
            Some(Wire::Int) => match self.stored_int(row, field) {
                Some(number) => write!(out, "{number}").is_ok(),
                None => false,
            },
            Some(Wire::Float) => match self.stored_float(row, field) {
                Some(number) => {
                    python_repr(number, out);
                    true
                }
                None => false,
            },
            Some(Wire::Uuid) => {
                let id =
                    self.bytes(row, field).and_then(|bytes| uuid::Uuid::from_slice(bytes).ok());
                hyphenated(id, out)
            }
            Some(Wire::UuidDigits) => {
                let id = self.bytes(row, field);
                let id = id.and_then(|bytes| uuid::Uuid::try_parse_ascii(bytes).ok());
                hyphenated(id, out)
            }
            _ => match self.str(row, field) {
                Some(text) => {
                    out.push_str(text);
                    true
                }
                None => false,
            },
        }
    }

    /// The value of the first case that fits, which may be NULL.
    fn case<'r>(
        &self,
        cases: &'r [(Recipe, String, Option<Literal>)],
        row: usize,
    ) -> Option<&'r Option<Literal>> {
        let mut scratch = String::new();
        let fits = cases.iter().find(|(subject, key, _)| match subject {
            // By far the most frequent, without a copy.
            Recipe::Field(field) if self.wires.get(*field) == Some(&Wire::Text) => {
                self.bytes(row, *field) == Some(key.as_bytes())
            }
            subject => {
                scratch.clear();
                self.text(subject, row, &mut scratch) && scratch == *key
            }
        });
        fits.map(|(_, _, value)| value)
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the database would convert")]
fn number(value: &Literal) -> Option<f64> {
    match value {
        Literal::Float(value) => Some(*value).filter(|value| value.is_finite()),
        Literal::Int(value) => Some(*value as f64),
        _ => None,
    }
}

fn hyphenated(id: Option<uuid::Uuid>, out: &mut String) -> bool {
    let mut buffer = uuid::Uuid::encode_buffer();
    id.is_some_and(|id| {
        out.push_str(id.hyphenated().encode_lower(&mut buffer));
        true
    })
}

/// Python's `repr` of a float: the shortest digits that read back as the same number, with an
/// exponent of at least two digits below 1e-4 and from 1e16 on.
fn python_repr(number: f64, out: &mut String) {
    let size = number.abs();
    // Writing to a string cannot fail.
    if number.is_nan() {
        out.push_str("nan");
    } else if number.is_infinite() || size == 0.0 || (1e-4..1e16).contains(&size) {
        let _ = write!(out, "{number:?}");
    } else {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        let _ = write!(out, "{digits}e{sign}{exponent:0>2}");
    }
}
