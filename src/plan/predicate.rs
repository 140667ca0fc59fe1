//! Conditions on the rows of a branch.

use super::{Join, Scalar, tells_datasets_apart};
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
    /// A boolean value is true.
    Holds(Scalar),
    /// A comparison of two values.
    Compare(Scalar, Relation, Scalar),
    /// A value is one of these.
    In(Scalar, Vec<Literal>),
    /// `first <= value <= last`, and `value % stride` is that of `first`.
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
    /// The timespan of the table with this alias is NULL.
    NoTimespan(String),
    /// A name matches a pattern of `*`, `?` and `[…]`.
    Glob(Scalar, String),
    /// Two timespans have an instant in common.
    Overlaps(Interval, Interval),
    /// An instant in TAI nanoseconds lies in a timespan.
    Contains(Interval, Scalar),
    /// There are rows of other tables with which the condition holds.
    Exists {
        /// The tables; each join condition refers to the branch or to an earlier one.
        joins: Vec<Join>,
        /// The condition on the branch and these tables.
        condition: Box<Predicate>,
    },
}

/// A half-open timespan in TAI nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interval {
    /// The timespan of the table with this alias.
    Stored(String),
    /// A constant; `None` is unbounded.
    Constant {
        /// First nanosecond.
        begin: Option<i64>,
        /// The nanosecond after the last.
        end: Option<i64>,
    },
    /// The timespan without instants.
    Empty,
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
    /// Adds the aliases of the tables of the branch that it reads.
    pub fn aliases<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Constant(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|one| one.aliases(found)),
            Self::Not(inner) => inner.aliases(found),
            Self::Compare(left, _, right) => {
                left.aliases(found);
                right.aliases(found);
            }
            Self::Holds(value)
            | Self::In(value, _)
            | Self::Range { value, .. }
            | Self::IsNull(value)
            | Self::Glob(value, _) => value.aliases(found),
            Self::NoTimespan(alias) => found.push(alias),
            Self::Overlaps(left, right) => {
                found.extend(left.alias());
                found.extend(right.alias());
            }
            Self::Contains(interval, at) => {
                found.extend(interval.alias());
                at.aliases(found);
            }
            Self::Exists { joins, condition } => {
                let mut inner = Vec::new();
                condition.aliases(&mut inner);
                inner.extend(joins.iter().flat_map(Join::dependencies));
                let own = |alias: &&str| joins.iter().any(|join| join.alias == **alias);
                found.extend(inner.into_iter().filter(|alias| !own(alias)));
            }
        }
    }

    /// Whether datasets with equal data IDs can differ in it: it reads more of the dataset than its
    /// data ID and the records of its dimensions.
    pub fn tells_datasets_apart(&self) -> bool {
        let mut aliases = Vec::new();
        self.aliases(&mut aliases);
        aliases.into_iter().any(tells_datasets_apart)
    }
}

impl Interval {
    /// The alias of the table that it reads.
    pub fn alias(&self) -> Option<&str> {
        match self {
            Self::Stored(alias) => Some(alias),
            Self::Constant { .. } | Self::Empty => None,
        }
    }
}
