//! Literal values, as YAML scalars and SQL constants carry them.
//!
//! In: scalars of a mapping. Out: typed constants for the plan. Types follow pydantic's strict
//! unions in Butler's `ObsCoreConfig.extra_columns`: float, int, bool, str.

use serde::{Deserialize, Serialize};

/// A constant of one of the four types that a mapping can hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Float(f64),
    /// Text.
    String(String),
}

/// One cell of a database's answer, or a parameter of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// Boolean (PostgreSQL only; SQLite has 0 and 1).
    Bool(bool),
    /// Any integer type.
    Int(i64),
    /// Any floating-point type.
    Float(f64),
    /// Any text type.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// UUID (PostgreSQL only; SQLite has 32 hexadecimal digits of text).
    Uuid(uuid::Uuid),
    /// Microseconds since 1970-01-01 00:00 UTC (PostgreSQL only; SQLite has text).
    Timestamp(i64),
}

/// A cell that someone else holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellRef<'a> {
    /// SQL NULL.
    Null,
    /// Any integer type; booleans are 0 and 1.
    Int(i64),
    /// Any floating-point type.
    Float(f64),
    /// Any text type.
    Text(&'a str),
}

impl Cell {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }
}

impl<'a> From<&'a Cell> for CellRef<'a> {
    /// What SQLite stores of a cell; bytes and what only PostgreSQL has are no text and become NULL.
    fn from(cell: &'a Cell) -> Self {
        match cell {
            Cell::Bool(flag) => Self::Int(i64::from(*flag)),
            Cell::Int(number) => Self::Int(*number),
            Cell::Float(number) => Self::Float(*number),
            Cell::Text(text) => Self::Text(text),
            Cell::Null | Cell::Bytes(_) | Cell::Uuid(_) | Cell::Timestamp(_) => Self::Null,
        }
    }
}
