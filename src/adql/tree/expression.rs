//! Value expressions.
//!
//! Follows the grammar's `value_expression`. Parentheses are not in the tree; the printer puts
//! them back where the grammar wants them.

use super::condition::Condition;
use super::geometry::Geometry;
use super::literal::{DataType, Number, Sign};
use super::name::{ColumnReference, Identifier, Place};
use super::query::Quantifier;
use crate::adql::functions::BuiltIn;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub node: Node,
    /// Where it stands.
    pub place: Place,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `NULL`
    Null,
    /// An unsigned number.
    Number(Number),
    /// A string literal, doubled quotes undone.
    Text(String),
    /// A column.
    Column(ColumnReference),
    /// An operand with a sign.
    Signed(Sign, Box<Expression>),
    /// Two numbers with an operator between them.
    Arithmetic(Box<Expression>, Operator, Box<Expression>),
    /// Texts joined with `||`, at least two.
    Concatenation(Vec<Expression>),
    /// An aggregate over the rows of a group.
    Aggregate(Aggregate),
    /// A mathematical, trigonometrical or case-folding function.
    Function(BuiltIn, Vec<Expression>),
    /// A geometry, or a function of geometries.
    Geometry(Box<Geometry>),
    /// `CAST(value AS type)`
    Cast(Box<Expression>, DataType),
    /// `COALESCE(value, …)`: the first that is not NULL.
    Coalesce(Vec<Expression>),
    /// `IN_UNIT(value, 'unit')`
    InUnit(Box<Expression>, String),
    /// `CASE … END`, an extension of many services.
    Case(Box<Case>),
    /// A call of a function that ADQL does not define.
    UserDefined(Identifier, Vec<Expression>),
}

/// An operator between two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// An aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// `COUNT(*)`
    CountAll,
    /// A function of the values of a group.
    Of {
        /// Which.
        function: AggregateFunction,
        /// Whether equal values count once.
        quantifier: Option<Quantifier>,
        /// The values.
        argument: Box<Expression>,
    },
}

/// The functions that aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFunction {
    /// Mean.
    Avg,
    /// Number of values that are not NULL.
    Count,
    /// Largest value.
    Max,
    /// Smallest value.
    Min,
    /// Sum.
    Sum,
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The branches, at least one.
    pub branches: Branches,
    /// The value when no branch applies; NULL without one.
    pub otherwise: Option<Expression>,
}

/// The branches of a [`Case`].
#[derive(Debug, Clone, PartialEq)]
pub enum Branches {
    /// `WHEN condition THEN value`
    Searched(Vec<(Condition, Expression)>),
    /// `CASE operand WHEN value THEN value`
    Simple(Expression, Vec<(Expression, Expression)>),
}

impl From<Node> for Expression {
    fn from(node: Node) -> Self {
        Self { node, place: Place::default() }
    }
}

impl From<ColumnReference> for Expression {
    fn from(column: ColumnReference) -> Self {
        Node::Column(column).into()
    }
}

impl From<Geometry> for Expression {
    fn from(geometry: Geometry) -> Self {
        Node::Geometry(Box::new(geometry)).into()
    }
}

impl Expression {
    /// A column without a qualifier.
    pub fn column(name: impl Into<String>) -> Self {
        ColumnReference::new(name).into()
    }

    /// A string literal.
    pub fn text(text: impl Into<String>) -> Self {
        Node::Text(text.into()).into()
    }

    /// An integer literal, with a sign where it needs one.
    pub fn integer(value: i64) -> Self {
        let number = Node::Number(Number::from(value.unsigned_abs())).into();
        if value < 0 { Self::negative(number) } else { number }
    }

    /// A numeric literal, with a sign where it needs one; NULL for what is not finite.
    pub fn number(value: f64) -> Self {
        match Number::from_f64(value.abs()) {
            None => Node::Null.into(),
            Some(number) if value < 0.0 => Self::negative(Node::Number(number).into()),
            Some(number) => Node::Number(number).into(),
        }
    }

    /// An operand with a minus sign.
    #[must_use]
    pub fn negative(operand: Self) -> Self {
        Node::Signed(Sign::Minus, Box::new(operand)).into()
    }

    /// Two numbers with an operator between them.
    #[must_use]
    pub fn arithmetic(left: Self, operator: Operator, right: Self) -> Self {
        Node::Arithmetic(Box::new(left), operator, Box::new(right)).into()
    }

    /// A call of a function that ADQL does not define.
    pub fn call(name: impl Into<String>, arguments: Vec<Self>) -> Self {
        Node::UserDefined(Identifier::new(name), arguments).into()
    }

    /// `COUNT(*)`
    pub fn count_all() -> Self {
        Node::Aggregate(Aggregate::CountAll).into()
    }
}
