//! The two database systems, and what differs between them.

use serde::{Deserialize, Serialize};

use crate::obscore::ColumnType;

/// The database systems that a Butler registry can live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL 13 or newer.
    Postgres,
    /// SQLite 3.38 or newer.
    Sqlite,
}

impl Dialect {
    /// Whether the database can test regular expressions by itself.
    pub fn has_regular_expressions(self) -> bool {
        self == Self::Postgres
    }

    /// Whether there are schemas, with names of their own.
    pub fn has_schemas(self) -> bool {
        self == Self::Postgres
    }

    /// The name of a column type.
    pub fn type_name(self, kind: ColumnType) -> &'static str {
        match (self, kind) {
            (_, ColumnType::Text) | (Self::Sqlite, ColumnType::Timestamp) => "text",
            (_, ColumnType::Integer) | (Self::Sqlite, ColumnType::BigInt) => "integer",
            (Self::Postgres, ColumnType::BigInt) => "bigint",
            (Self::Postgres, ColumnType::Double) => "double precision",
            (Self::Sqlite, ColumnType::Double) => "real",
            (_, ColumnType::Boolean) => "boolean",
            (Self::Postgres, ColumnType::Timestamp) => "timestamp without time zone",
            (_, ColumnType::SpherePolygon) => "spoly",
            (_, ColumnType::SpherePoint) => "spoint",
        }
    }
}
