//! SQL text: the dialects, quoting, and the layout of statements for human readers.
//!
//! In: sea-query trees. Out: SQL that a DBA enjoys reading. The two dialects are named here and in
//! [`crate::db`] only.

pub mod region;

use serde::{Deserialize, Serialize};

/// The database systems that a Butler registry can live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL 13 or newer.
    Postgres,
    /// SQLite 3.38 or newer.
    Sqlite,
}
