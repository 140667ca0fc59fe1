//! The tables of jobs.
//!
//! Times are microseconds since 1970-01-01 UTC, so that both databases hold the same values.

use super::super::connect::Pool;
use crate::db::Database;
use crate::diag::Result;
use crate::sql::Dialect;

/// A table of jobs: each protocol has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Of queries.
    Queries,
    /// Of cutouts.
    Cutouts,
}

impl Table {
    /// Its name.
    pub fn name(self, dialect: Dialect) -> &'static str {
        match (dialect, self) {
            (Dialect::Postgres, Self::Queries) => "obscore_jobs.job",
            (Dialect::Postgres, Self::Cutouts) => "obscore_jobs.cutout",
            (Dialect::Sqlite, Self::Queries) => "job",
            (Dialect::Sqlite, Self::Cutouts) => "cutout",
        }
    }

    /// How the names of its indexes begin.
    fn indexes(self) -> &'static str {
        match self {
            Self::Queries => "job_by",
            Self::Cutouts => "cutout_by",
        }
    }
}

/// Columns that are the same everywhere.
const TABLE: &str = "(
    id text PRIMARY KEY,
    owner text,
    run_id text,
    phase text NOT NULL,
    quote bigint,
    created bigint NOT NULL,
    queued bigint,
    started bigint,
    ended bigint,
    duration bigint NOT NULL,
    destruction bigint,
    request text NOT NULL,
    outcome text NOT NULL,
    worker text,
    beat bigint,
    attempts bigint NOT NULL
)";

/// Makes what is missing; several processes may do so at the same time.
pub async fn make(database: &Database, kind: Table) -> Result<()> {
    let table = kind.name(database.dialect());
    if let Pool::Sqlite(pool) = &database.pool {
        // Outside any transaction: readers of lists then never wait for workers.
        let failed = |error| super::super::error::describe(&error, &database.target);
        sqlx::query("PRAGMA journal_mode = WAL").execute(pool).await.map_err(failed)?;
    }
    let mut session = database.transaction().await?;
    session.lock("obscore_jobs").await?;
    if database.dialect() == Dialect::Postgres {
        session.run("CREATE SCHEMA IF NOT EXISTS obscore_jobs").await?;
    }
    session.run(&format!("CREATE TABLE IF NOT EXISTS {table} {TABLE}")).await?;
    for columns in ["phase, queued", "created", "destruction", "worker"] {
        let name = columns.replace(", ", "_");
        let index = kind.indexes();
        let index = format!("CREATE INDEX IF NOT EXISTS {index}_{name} ON {table} ({columns})");
        session.run(&index).await?;
    }
    session.commit().await
}
