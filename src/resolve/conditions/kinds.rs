//! The kinds of values in where-expressions.
//!
//! Butler's column types, with the words that messages use for them.

use std::fmt;

use crate::plan::{Interval, Predicate, Scalar};
use crate::registry::ScalarType;

/// Butler's column types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit integer.
    Integer,
    /// Double.
    Float,
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// Bytes of a digest.
    Hash,
    /// Dataset identifier.
    Uuid,
    /// Instant.
    Time,
    /// `ingest_date`, whose storage differs among registries.
    IngestDate,
    /// Half-open interval of time.
    Timespan,
    /// Region on the sky.
    Region,
}

impl Kind {
    /// Of a column of a dimension table.
    pub fn of_column(kind: ScalarType) -> Self {
        match kind {
            ScalarType::Int => Self::Integer,
            ScalarType::Float => Self::Float,
            ScalarType::Bool => Self::Boolean,
            ScalarType::String => Self::Text,
            ScalarType::Hash => Self::Hash,
        }
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Float)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "an integer",
            Self::Float => "a floating-point number",
            Self::Text => "text",
            Self::Boolean => "true or false",
            Self::Hash => "a digest",
            Self::Uuid => "a dataset identifier",
            Self::Time => "a time",
            Self::IngestDate => "an ingest date",
            Self::Timespan => "a timespan",
            Self::Region => "a region",
        })
    }
}

/// Columns of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetField {
    /// `dataset_id`
    Id,
    /// `ingest_date`
    IngestDate,
    /// `run`
    Run,
    /// `collection`: where the dataset was found.
    Collection,
    /// `timespan`: validity range in a CALIBRATION collection.
    Timespan,
}

impl DatasetField {
    /// By its name in Butler.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "dataset_id" => Self::Id,
            "ingest_date" => Self::IngestDate,
            "run" => Self::Run,
            "collection" => Self::Collection,
            "timespan" => Self::Timespan,
            _ => return None,
        })
    }

    /// What kind of value it is.
    pub fn kind(self) -> Kind {
        match self {
            Self::Id => Kind::Uuid,
            Self::IngestDate => Kind::IngestDate,
            Self::Run | Self::Collection => Kind::Text,
            Self::Timespan => Kind::Timespan,
        }
    }
}

/// A part of an expression with its kind.
#[derive(Debug, Clone)]
pub enum Typed {
    /// A value that SQL can compare.
    Value {
        /// The value; a region or timespan column only for tests against NULL.
        scalar: Scalar,
        /// Its kind.
        kind: Kind,
        /// Whether it is a column rather than a constant or computed.
        column: bool,
    },
    /// A timespan.
    Timespan(Interval),
    /// A condition; with the boolean column that it is, when it is nothing else.
    Condition(Predicate, Option<Scalar>),
    /// NULL.
    Null,
}

impl Typed {
    /// Its kind; `None` for NULL.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Value { kind, .. } => Some(*kind),
            Self::Timespan(_) => Some(Kind::Timespan),
            Self::Condition(..) => Some(Kind::Boolean),
            Self::Null => None,
        }
    }
}
