//! YAML as PyYAML reads it, with the place of every node.
//!
//! In: the text of a file. Out: a tree of [`Node`]s, or a diagnostic. Syntax comes from
//! saphyr-parser's events; what plain scalars mean follows YAML 1.1 as PyYAML's SafeLoader has it
//! (`yes` is true, `1e-9` is text, `012` is octal), because Butler loads its configuration with it.
//! The settings of the service are read in the same way.

mod compose;
mod margin;
mod place;
mod scalar;

pub(crate) use compose::compose;

use crate::diag::{Span, SpanMap};

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits.
    BigInt,
    Float(f64),
    Time(Moment),
    Text(Text),
    List(Vec<Node>),
    /// Keys are unique; in the order in which Python's dict would have them.
    Map(Vec<(Node, Node)>),
}

/// A text, and where each of its bytes stands in the file.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) map: SpanMap,
}

/// A YAML timestamp: a date, perhaps with a time of day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(super) year: i32,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) time: Option<TimeOfDay>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimeOfDay {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) microsecond: u32,
    /// Minutes east of UTC; `None` when the file names no zone.
    pub(super) zone: Option<i32>,
}

impl Value {
    /// What the value is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing (null)",
            Self::Bool(_) => "true or false",
            Self::Int(_) | Self::BigInt => "an integer",
            Self::Float(_) => "a number",
            Self::Time(Moment { time: None, .. }) => "a date",
            Self::Time(_) => "a date with a time",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a block of keys",
        }
    }
}

/// The date, perhaps with a time, that a text spells as YAML does.
pub(super) fn date_text(text: &str) -> Option<Moment> {
    match scalar::moment(text) {
        Some(scalar::Scalar::Time(moment)) => Some(moment),
        _ => None,
    }
}
