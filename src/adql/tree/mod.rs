//! The tree of a query, a file per concern.
//!
//! Plain enums and structs, made to be built ([`From`] and short constructors), walked and
//! rewritten ([`crate::adql::Visitor`], [`crate::adql::Rewriter`]). Every node knows its place in
//! the text; places do not take part in comparisons.

mod condition;
mod expression;
mod geometry;
mod literal;
mod name;
mod query;
mod table;

pub use condition::{Comparator, Condition, Predicate, Set};
pub use expression::{Aggregate, AggregateFunction, Branches, Case, Expression, Node, Operator};
pub use geometry::{Distance, Geometry, Position, Vertices};
pub use literal::{DataType, Number, Sign};
pub use name::{ColumnReference, Identifier, Place, TableName};
pub use query::{
    Column, Columns, CommonTable, Direction, Quantifier, Query, Select, SelectExpression,
    SetExpression, SetOperator, SortKey, SortTerm,
};
pub use table::{Join, JoinCondition, JoinKind, Subquery, TableReference};
