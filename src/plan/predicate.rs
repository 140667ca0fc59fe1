//! Conditions on the rows of a branch.

use super::Scalar;
use crate::value::Literal;

/// A condition, with SQL's three-valued logic.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Always or never.
    Constant(bool),
    /// All hold.
    And(Vec<Predicate>),
    /// One holds.
    Or(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// A comparison of two values.
    Compare(Scalar, Relation, Scalar),
    /// A value is one of these.
    In(Scalar, Vec<Literal>),
    /// `first <= value <= last` and `(value - first) % stride = 0`.
    Range {
        /// The value.
        value: Scalar,
        /// Lowest.
        first: i64,
        /// Highest.
        last: i64,
        /// Step.
        stride: i64,
    },
    /// A value is NULL.
    IsNull(Scalar),
    /// A name matches a pattern of `*`, `?` and `[…]`.
    Glob(Scalar, String),
    /// A timespan overlaps a half-open interval of TAI nanoseconds; `None` is unbounded.
    Overlaps {
        /// Alias of the table that has the timespan.
        alias: String,
        /// First nanosecond.
        begin: Option<i64>,
        /// The nanosecond after the last.
        end: Option<i64>,
    },
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Predicate {
    /// Adds the aliases of the tables that it reads.
    pub fn aliases<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Constant(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|one| one.aliases(found)),
            Self::Not(inner) => inner.aliases(found),
            Self::Compare(left, _, right) => {
                left.aliases(found);
                right.aliases(found);
            }
            Self::In(value, _)
            | Self::Range { value, .. }
            | Self::IsNull(value)
            | Self::Glob(value, _) => value.aliases(found),
            Self::Overlaps { alias, .. } => found.push(alias),
        }
    }
}
