//! Tables of a FROM clause, joins, and subqueries.
//!
//! Follows the grammar's `table_reference`, `joined_table` and `subquery`.

use super::condition::Condition;
use super::name::{Identifier, Place, TableName};
use super::query::SelectExpression;

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum TableReference {
    /// A table.
    Table {
        /// Its name.
        name: TableName,
        /// What it is called in this query.
        alias: Option<Identifier>,
        /// Where it stands.
        place: Place,
    },
    /// The rows of a query.
    Derived {
        /// The query.
        query: Box<Subquery>,
        /// What it is called; ADQL wants a name.
        alias: Identifier,
        /// Where it stands.
        place: Place,
    },
    /// Two of these joined.
    Join(Box<Join>),
}

/// A join.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The left side.
    pub left: TableReference,
    /// Which rows without a partner stay.
    pub kind: JoinKind,
    /// The right side.
    pub right: TableReference,
    /// Which rows are partners.
    pub condition: JoinCondition,
    /// Where the join stands.
    pub place: Place,
}

/// Which rows without a partner stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// None.
    Inner,
    /// Those of the left side.
    Left,
    /// Those of the right side.
    Right,
    /// All.
    Full,
}

/// Which rows are partners in a join.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinCondition {
    /// `NATURAL`: equal in all columns of the same name.
    Natural,
    /// `ON condition`
    On(Condition),
    /// `USING (columns)`: equal in these columns of both sides.
    Using(Vec<Identifier>),
}

/// What may stand between the parentheses of a derived table, of IN and of EXISTS.
#[derive(Debug, Clone, PartialEq)]
pub enum Subquery {
    /// A query.
    Select(SelectExpression),
    /// A join, all its columns.
    Join(TableReference),
}

impl TableReference {
    /// A table without an alias.
    pub fn table(name: TableName) -> Self {
        Self::Table { name, alias: None, place: Place::default() }
    }

    /// Where the reference stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Table { place, .. } | Self::Derived { place, .. } => *place,
            Self::Join(join) => join.place,
        }
    }
}
