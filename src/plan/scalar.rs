//! Expressions of a branch.

use crate::template::FormatSpec;
use crate::value::Literal;

/// A value of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// NULL.
    Null,
    /// A constant.
    Literal(Literal),
    /// A column of a registry table.
    Column {
        /// Alias of the table.
        alias: String,
        /// Column of the table.
        column: String,
        /// Its type.
        kind: ValueKind,
        /// Whether it can be NULL.
        nullable: bool,
    },
    /// The dataset's UUID as text with hyphens.
    DatasetId,
    /// The UUID of a row of the `dataset` table itself, as text with hyphens.
    Identifier {
        /// Alias of the table.
        alias: String,
    },
    /// The name of the dataset's run.
    Run,
    /// When the dataset was put into the registry, UTC.
    IngestDate,
    /// `ingest date + days`.
    IngestDatePlus(f64),
    /// An end of a timespan; NULL where it is unbounded, absent or the timespan is empty.
    Time {
        /// Alias of the table that has the timespan.
        alias: String,
        /// Which end.
        bound: Bound,
        /// How it is written.
        form: TimeForm,
    },
    /// An end of a timespan in TAI nanoseconds as Butler's where-expressions compare it: zero where
    /// the timespan is absent, empty or unbounded there.
    Edge {
        /// Alias of the table that has the timespan.
        alias: String,
        /// Which end.
        bound: Bound,
        /// Whether a database without ranges shows its stand-ins for unbounded ends instead of zero,
        /// as Butler does there.
        stand_ins: bool,
    },
    /// A TAI instant in the form in which the registry stores ingest dates.
    StoredInstant(i64),
    /// A dataset identifier in the form in which the registry stores them.
    Uuid(uuid::Uuid),
    /// Arithmetic on two numbers of one kind; division never rounds.
    Arithmetic(Box<Scalar>, Operator, Box<Scalar>),
    /// A number with the opposite sign.
    Negative(Box<Scalar>),
    /// `CASE WHEN subject = key THEN value … ELSE otherwise END`.
    Lookup {
        /// What is looked up, with its keys and their values.
        cases: Vec<(Scalar, String, Option<Literal>)>,
        /// The value when no case fits.
        otherwise: Box<Scalar>,
    },
    /// Text, one part after the other; a NULL part makes all NULL.
    Concat(Vec<Scalar>),
    /// Python's `format(value, spec)`.
    Format {
        /// The value; NULL formats as `None`.
        value: Box<Scalar>,
        /// The specification.
        spec: FormatSpec,
        /// `!r`, `!s` or `!a`.
        conversion: Option<char>,
    },
    /// Python's conversion of text to a number; NULL where Python would raise `ValueError`.
    Convert {
        /// The text.
        text: Box<Scalar>,
        /// The type to convert to.
        to: ValueKind,
    },
    /// What a region column says.
    Region {
        /// Alias of the table that has the region.
        alias: String,
        /// What of it.
        part: RegionPart,
    },
    /// The first that is not NULL.
    Coalesce(Vec<Scalar>),
    /// Size of the dataset's files in kB (1,000 bytes), rounded up, from the datastore's table.
    FileSize {
        /// The datastore's records table.
        table: String,
    },
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, exact; NULL where the divisor is zero.
    Divide,
    /// `%`, with the sign of the dividend; NULL where the divisor is zero.
    Modulo,
}

/// The kinds of values, with Python's rules of formatting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// `int`
    Int,
    /// `float`
    Float,
    /// `bool`
    Bool,
    /// `str`
    Text,
    /// `datetime`-like; only by own keys.
    Timestamp,
}

/// The ends of a timespan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The begin, included.
    Begin,
    /// The end, excluded.
    End,
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeForm {
    /// Nanoseconds TAI since 1970, as stored.
    TaiNanoseconds,
    /// MJD, UTC.
    UtcMjd,
    /// MJD, TAI.
    TaiMjd,
    /// `2024-01-01T00:00:00.000000`, UTC.
    UtcIsot,
    /// `2024-01-01 00:00:00.000000`, UTC.
    UtcIso,
    /// As [`TimeForm::UtcIsot`], TAI.
    TaiIsot,
    /// As [`TimeForm::UtcIso`], TAI.
    TaiIso,
    /// A timestamp, UTC, plus days.
    UtcTimestampPlus(f64),
}

/// What can be computed from a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionPart {
    /// Longitude of the bounding circle's centre, degrees.
    Ra,
    /// Latitude of the bounding circle's centre, degrees.
    Dec,
    /// Diameter of the bounding circle, degrees.
    Fov,
    /// The s_region text.
    Region,
    /// pgSphere's `spoly`.
    SpherePolygon,
    /// pgSphere's `spoint`.
    SpherePoint,
}

impl Scalar {
    /// The kind of value it yields.
    pub fn kind(&self) -> ValueKind {
        match self {
            Self::Null
            | Self::DatasetId
            | Self::Identifier { .. }
            | Self::Run
            | Self::Concat(_)
            | Self::Format { .. }
            | Self::Uuid(_)
            | Self::Literal(Literal::String(_)) => ValueKind::Text,
            Self::Literal(Literal::Bool(_)) => ValueKind::Bool,
            Self::Literal(Literal::Int(_)) | Self::FileSize { .. } | Self::Edge { .. } => {
                ValueKind::Int
            }
            Self::Literal(Literal::Float(_)) | Self::Arithmetic(_, Operator::Divide, _) => {
                ValueKind::Float
            }
            Self::Column { kind, .. } | Self::Convert { to: kind, .. } => *kind,
            Self::IngestDate | Self::IngestDatePlus(_) | Self::StoredInstant(_) => {
                ValueKind::Timestamp
            }
            Self::Arithmetic(left, _, _) => left.kind(),
            Self::Negative(value) => value.kind(),
            Self::Time { form, .. } => match form {
                TimeForm::TaiNanoseconds => ValueKind::Int,
                TimeForm::UtcMjd | TimeForm::TaiMjd => ValueKind::Float,
                TimeForm::UtcTimestampPlus(_) => ValueKind::Timestamp,
                _ => ValueKind::Text,
            },
            Self::Lookup { cases, otherwise } => {
                let value = cases.iter().find_map(|(_, _, value)| value.clone());
                value.map_or_else(|| otherwise.kind(), |value| Self::Literal(value).kind())
            }
            Self::Region { part, .. } => match part {
                RegionPart::Ra | RegionPart::Dec | RegionPart::Fov => ValueKind::Float,
                _ => ValueKind::Text,
            },
            Self::Coalesce(parts) => parts.first().map_or(ValueKind::Text, Self::kind),
        }
    }

    /// Whether a text is sure to be ASCII, as VOTable's type char promises: nothing in it is a text of
    /// the registry, where people give the names.
    pub fn is_ascii(&self) -> bool {
        let ascii = |value: &Literal| match value {
            Literal::String(text) => text.is_ascii(),
            _ => true,
        };
        match self {
            Self::Literal(value) => ascii(value),
            Self::Column { kind, .. } => *kind != ValueKind::Text,
            Self::Run => false,
            Self::Lookup { cases, otherwise } => {
                cases.iter().all(|(_, _, value)| value.as_ref().is_none_or(ascii))
                    && otherwise.is_ascii()
            }
            Self::Concat(parts) | Self::Coalesce(parts) => parts.iter().all(Self::is_ascii),
            Self::Format { value, spec, conversion } => {
                let escaped = *conversion == Some('a');
                (escaped || value.is_ascii())
                    && spec.kind != Some('c')
                    && spec.fill.is_none_or(|fill| fill.is_ascii())
            }
            Self::Convert { text, .. } => text.is_ascii(),
            _ => true,
        }
    }

    /// Whether two datasets of one data ID may have different values of it.
    pub fn tells_datasets_apart(&self) -> bool {
        match self {
            Self::DatasetId
            | Self::FileSize { .. }
            | Self::Run
            | Self::IngestDate
            | Self::IngestDatePlus(_) => true,
            other => {
                let mut aliases = Vec::new();
                other.aliases(&mut aliases);
                aliases.into_iter().any(tells_datasets_apart)
                    || other.parts().into_iter().any(Self::tells_datasets_apart)
            }
        }
    }

    /// The scalars that it is made of.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Arithmetic(left, _, right) => vec![left, right],
            Self::Lookup { cases, otherwise } => {
                let subjects = cases.iter().map(|(subject, _, _)| subject);
                subjects.chain([&**otherwise]).collect()
            }
            Self::Concat(parts) | Self::Coalesce(parts) => parts.iter().collect(),
            Self::Negative(value)
            | Self::Format { value, .. }
            | Self::Convert { text: value, .. } => vec![value],
            _ => Vec::new(),
        }
    }

    /// As [`Self::parts`], to be changed.
    pub fn parts_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Arithmetic(left, _, right) => vec![left, right],
            Self::Lookup { cases, otherwise } => {
                let subjects = cases.iter_mut().map(|(subject, _, _)| subject);
                subjects.chain([&mut **otherwise]).collect()
            }
            Self::Concat(parts) | Self::Coalesce(parts) => parts.iter_mut().collect(),
            Self::Negative(value)
            | Self::Format { value, .. }
            | Self::Convert { text: value, .. } => vec![value],
            _ => Vec::new(),
        }
    }

    /// Adds the aliases of the tables that it reads.
    pub fn aliases<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Null
            | Self::Literal(_)
            | Self::DatasetId
            | Self::FileSize { .. }
            | Self::StoredInstant(_)
            | Self::Uuid(_) => {}
            Self::Run => found.push(RUN),
            Self::IngestDate | Self::IngestDatePlus(_) => found.push(DATASET),
            Self::Column { alias, .. }
            | Self::Identifier { alias }
            | Self::Time { alias, .. }
            | Self::Region { alias, .. }
            | Self::Edge { alias, .. } => found.push(alias),
            Self::Arithmetic(left, _, right) => {
                left.aliases(found);
                right.aliases(found);
            }
            Self::Lookup { cases, otherwise } => {
                cases.iter().for_each(|(subject, _, _)| subject.aliases(found));
                otherwise.aliases(found);
            }
            Self::Concat(parts) | Self::Coalesce(parts) => {
                parts.iter().for_each(|part| part.aliases(found));
            }
            Self::Negative(value)
            | Self::Format { value, .. }
            | Self::Convert { text: value, .. } => value.aliases(found),
        }
    }
}

/// Alias of the `dataset` table.
pub const DATASET: &str = "d";
/// Alias of the collection in which a branch finds its dataset.
pub const COLLECTIONS: &str = "c";
/// Alias of the run's row in `collection`.
pub const RUN: &str = "run";

/// Whether a table, by its alias, may have different rows for two datasets of one data ID.
pub fn tells_datasets_apart(alias: &str) -> bool {
    [DATASET, RUN, COLLECTIONS].contains(&alias)
}
