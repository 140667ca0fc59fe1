//! Queries: common tables, set operators, SELECT.
//!
//! Follows the grammar's `query_specification`, `select_expression` and `select_query`.

use super::condition::Condition;
use super::expression::Expression;
use super::name::{Identifier, Place, TableName};
use super::table::TableReference;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `WITH …`: named queries, each of which sees those before it.
    pub with: Vec<CommonTable>,
    /// The query itself.
    pub body: SelectExpression,
    /// Where it stands.
    pub place: Place,
}

/// `name AS (query)` of a WITH clause.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonTable {
    /// Its name.
    pub name: Identifier,
    /// Its rows.
    pub query: SelectExpression,
    /// Where it stands.
    pub place: Place,
}

/// Rows in an order: first ORDER BY, then OFFSET, then the TOP of a plain SELECT.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectExpression {
    /// The rows.
    pub set: SetExpression,
    /// Their order.
    pub order_by: Vec<SortTerm>,
    /// How many rows are left out at the beginning.
    pub offset: Option<u64>,
    /// Where it stands.
    pub place: Place,
}

/// A SELECT, or two sets of rows with an operator between them.
#[derive(Debug, Clone, PartialEq)]
pub enum SetExpression {
    /// A SELECT.
    Select(Box<Select>),
    /// A query in parentheses, which it has for its own ORDER BY or OFFSET.
    Nested(Box<SelectExpression>),
    /// `left operator [ALL] right`
    Operation {
        /// The left operand, whose column names the result has.
        left: Box<SetExpression>,
        /// Which rows are wanted.
        operator: SetOperator,
        /// Whether equal rows are kept.
        all: bool,
        /// The right operand.
        right: Box<SetExpression>,
        /// Where the operation stands.
        place: Place,
    },
}

/// A set operator. INTERSECT binds closer than the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// Rows of either side.
    Union,
    /// Rows of the left side that the right side does not have.
    Except,
    /// Rows of both sides.
    Intersect,
}

/// `SELECT …`
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// Whether equal rows are kept; they are when nothing is said.
    pub quantifier: Option<Quantifier>,
    /// How many rows at most.
    pub top: Option<u64>,
    /// The columns.
    pub columns: Columns,
    /// The tables, at least one; several are combined each row with each.
    pub from: Vec<TableReference>,
    /// `WHERE`
    pub filter: Option<Condition>,
    /// `GROUP BY`
    pub group_by: Vec<Expression>,
    /// `HAVING`
    pub having: Option<Condition>,
    /// Where it stands.
    pub place: Place,
}

/// `DISTINCT` or `ALL`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Equal ones once.
    Distinct,
    /// Equal ones as often as they come.
    All,
}

/// The columns of a SELECT.
#[derive(Debug, Clone, PartialEq)]
pub enum Columns {
    /// `*`
    All,
    /// Columns, at least one.
    Some(Vec<Column>),
}

/// A member of a select list.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// `value [AS alias]`
    Value {
        /// The value.
        value: Expression,
        /// Its name in the result.
        alias: Option<Identifier>,
    },
    /// `table.*`
    AllOf(TableName),
}

/// A member of ORDER BY.
#[derive(Debug, Clone, PartialEq)]
pub struct SortTerm {
    /// By what.
    pub key: SortKey,
    /// Which way; ascending when nothing is said.
    pub direction: Option<Direction>,
    /// Where it stands.
    pub place: Place,
}

/// By what rows are sorted.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// The column of the result with this number, from one.
    Position(u64),
    /// A value; a plain name may also be an alias of the select list.
    Value(Expression),
}

/// The direction of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `ASC`
    Ascending,
    /// `DESC`
    Descending,
}

impl From<Expression> for Column {
    fn from(value: Expression) -> Self {
        Self::Value { value, alias: None }
    }
}

impl From<SetExpression> for SelectExpression {
    fn from(set: SetExpression) -> Self {
        Self { set, order_by: Vec::new(), offset: None, place: Place::default() }
    }
}

impl From<Select> for SelectExpression {
    fn from(select: Select) -> Self {
        SetExpression::Select(Box::new(select)).into()
    }
}

impl From<SelectExpression> for Query {
    fn from(body: SelectExpression) -> Self {
        Self { with: Vec::new(), body, place: Place::default() }
    }
}

impl From<Select> for Query {
    fn from(select: Select) -> Self {
        SelectExpression::from(select).into()
    }
}

impl SetExpression {
    /// Where the expression stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Select(select) => select.place,
            Self::Nested(nested) => nested.place,
            Self::Operation { place, .. } => *place,
        }
    }
}
