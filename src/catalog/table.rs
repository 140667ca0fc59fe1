//! Schemas and their tables.

use serde::{Deserialize, Serialize};

use super::{Column, written_table};

/// Everything that can be queried, in the order in which clients show it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Catalog {
    /// The schemas.
    pub schemas: Vec<Schema>,
}

/// A schema.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// Name, as it is spelled in queries.
    pub name: String,
    /// Description.
    pub description: String,
    /// Utype; empty for none.
    pub utype: String,
    /// The tables.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Name without its schema, as it is spelled in queries.
    pub name: String,
    /// Table or view.
    pub kind: TableKind,
    /// Description.
    pub description: String,
    /// Utype; empty for none.
    pub utype: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// Keys of other tables that columns refer to.
    pub keys: Vec<ForeignKey>,
}

/// What TAP_SCHEMA calls `table_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// A table.
    Table,
    /// A view.
    View,
}

impl TableKind {
    /// As TAP_SCHEMA writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
        }
    }
}

/// Columns of a table that are the key of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The other table, with its schema.
    pub target: String,
    /// Own column, column of the other; at least one pair.
    pub columns: Vec<(String, String)>,
    /// Description.
    pub description: String,
}

impl Catalog {
    /// All tables with their schemas.
    pub fn tables(&self) -> impl Iterator<Item = (&Schema, &Table)> {
        self.schemas
            .iter()
            .flat_map(|schema| schema.tables.iter().map(move |table| (schema, table)))
    }

    /// The table with exactly this qualified name.
    pub fn table(&self, qualified: &str) -> Option<(&Schema, &Table)> {
        self.tables().find(|(schema, table)| table.qualified(schema) == qualified)
    }
}

impl Table {
    /// `schema.table`, without quotes.
    pub fn qualified(&self, schema: &Schema) -> String {
        format!("{}.{}", schema.name, self.name)
    }

    /// `schema.table` as a query has to write it.
    pub fn written(&self, schema: &Schema) -> String {
        written_table(&self.qualified(schema))
    }

    /// The column of exactly that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
