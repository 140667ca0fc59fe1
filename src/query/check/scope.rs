//! What names mean at a place of a query.

use super::super::tree::{Node, Value};
use crate::adql::{Identifier, Place, TableName};
use crate::catalog::Column;

/// The tables of a FROM clause, around them those of the queries that the clause is inside of.
#[derive(Debug, Default)]
pub struct Scope<'p> {
    /// The tables.
    pub tables: Vec<Visible>,
    /// All columns in the order of `*`; those that a join merged once.
    pub columns: Vec<Shown>,
    /// The query around.
    pub parent: Option<&'p Scope<'p>>,
}

/// A table by the names that columns can call it.
#[derive(Debug)]
pub struct Visible {
    /// The number of the table.
    pub id: usize,
    /// Its alias, or its own name.
    pub name: Identifier,
    /// Its schema, where it has no alias.
    pub schema: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column that `*` stands for.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it is in the result.
    pub column: Column,
    /// Its value.
    pub value: Value,
}

impl Scope<'_> {
    /// The numbers of its tables.
    pub fn numbers(&self) -> Vec<usize> {
        self.tables.iter().map(|table| table.id).collect()
    }
}

impl Visible {
    /// Whether a qualifier means this table.
    pub fn is_called(&self, qualifier: &TableName) -> bool {
        // A name is known as it was written; either side in double quotes asks for the same case.
        let name = &qualifier.table;
        let same = if name.delimited || self.name.delimited {
            name.text == self.name.text
        } else {
            name.text.eq_ignore_ascii_case(&self.name.text)
        };
        let in_schema = match (&qualifier.schema, &self.schema) {
            (None, _) => true,
            (Some(wanted), Some(schema)) => wanted.matches(schema),
            (Some(_), None) => false,
        };
        same && in_schema
    }

    /// The column at a position.
    pub fn shown(&self, position: usize, place: Place) -> Option<Shown> {
        let column = self.columns.get(position)?;
        let value = Value {
            node: Node::Column(self.id, position),
            kind: Some(column.kind.clone()),
            unit: column.unit.clone(),
            place,
        };
        Some(Shown { column: column.clone(), value })
    }
}
