//! Search conditions: predicates and what joins them.
//!
//! Follows the grammar's `search_condition` and `predicate`.

use super::expression::Expression;
use super::name::{ColumnReference, Place};
use super::table::Subquery;

/// Something that is true, false or unknown of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What it is.
    pub node: Predicate,
    /// Where it stands.
    pub place: Place,
}

/// The kinds of conditions.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Any of these, at least two.
    Or(Vec<Condition>),
    /// All of these, at least two.
    And(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Two values with a comparison between them.
    Comparison(Box<Expression>, Comparator, Box<Expression>),
    /// `value [NOT] BETWEEN low AND high`
    Between {
        /// The value.
        value: Box<Expression>,
        /// Whether there is a NOT.
        negated: bool,
        /// The lower bound, itself inside.
        low: Box<Expression>,
        /// The upper bound, itself inside.
        high: Box<Expression>,
    },
    /// `value [NOT] IN (…)`
    In {
        /// The value.
        value: Box<Expression>,
        /// Whether there is a NOT.
        negated: bool,
        /// What it may be equal to.
        set: Set,
    },
    /// `value [NOT] LIKE pattern`, or ILIKE
    Like {
        /// The value.
        value: Box<Expression>,
        /// Whether there is a NOT.
        negated: bool,
        /// Whether it is ILIKE, which does not look at the case of letters.
        ignore_case: bool,
        /// The pattern: `%` stands for any text, `_` for any character.
        pattern: Box<Expression>,
    },
    /// `column IS [NOT] NULL`
    IsNull {
        /// The column.
        column: ColumnReference,
        /// Whether there is a NOT.
        negated: bool,
    },
    /// `EXISTS (…)`
    Exists(Box<Subquery>),
}

/// The right side of IN.
#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// Values, at least one.
    List(Vec<Expression>),
    /// The rows of a query of one column.
    Subquery(Box<Subquery>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `<>` and `!=`
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

impl From<Predicate> for Condition {
    fn from(node: Predicate) -> Self {
        Self { node, place: Place::default() }
    }
}

impl Condition {
    /// A comparison of two values.
    pub fn compare(left: Expression, comparator: Comparator, right: Expression) -> Self {
        Predicate::Comparison(Box::new(left), comparator, Box::new(right)).into()
    }

    /// Two equal values.
    pub fn equal(left: Expression, right: Expression) -> Self {
        Self::compare(left, Comparator::Equal, right)
    }

    /// A value between two bounds, these included.
    pub fn between(value: Expression, low: Expression, high: Expression) -> Self {
        let (value, low, high) = (Box::new(value), Box::new(low), Box::new(high));
        Predicate::Between { value, negated: false, low, high }.into()
    }

    /// All of the conditions; nothing when there are none.
    pub fn all(conditions: Vec<Self>) -> Option<Self> {
        Self::several(conditions, Predicate::And)
    }

    /// Any of the conditions; nothing when there are none.
    pub fn any(conditions: Vec<Self>) -> Option<Self> {
        Self::several(conditions, Predicate::Or)
    }

    fn several(mut conditions: Vec<Self>, join: fn(Vec<Self>) -> Predicate) -> Option<Self> {
        if conditions.len() > 1 { Some(join(conditions).into()) } else { conditions.pop() }
    }
}
