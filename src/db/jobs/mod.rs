//! Where asynchronous jobs are kept, so that they outlive the process.
//!
//! In: a SQLite file or a PostgreSQL database that an operator chose for this, and changes of jobs.
//! Out: jobs as plain [`Record`]s. Every change of phase is one conditional UPDATE, so of two that
//! race exactly one happens; workers in several processes take turns by `SKIP LOCKED`. Knows
//! nothing of what a job is about: request and outcome are texts.

mod claim;
mod record;
mod schema;
mod select;

pub use claim::Whose;
pub use record::{Change, Record, Selection};
pub use schema::Table;

use super::{Access, Database, Environment, Options, Session, Target, credentials, url};
use crate::diag::{Diagnostic, Result};
use crate::value::Cell;

/// A store of jobs; cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    database: Database,
    table: Table,
}

impl Jobs {
    /// Opens a store in a SQLite file or at a database URL, and makes what is missing. On
    /// PostgreSQL that is a schema `obscore_jobs`; nothing else there is touched.
    ///
    /// # Errors
    /// Those of connecting, R028 where nothing may be made, and S007 for a file that cannot be.
    pub async fn open(place: &str, table: Table, environment: &Environment) -> Result<Self> {
        let target = if url::scheme(place).is_some() {
            match url::parse(place, None, environment)? {
                Target::Postgres(target) => {
                    Target::Postgres(credentials::complete(target, false, environment)?)
                }
                sqlite @ Target::Sqlite(_) => sqlite,
            }
        } else {
            Target::Sqlite(super::SqliteTarget { path: environment.path(place) })
        };
        if let Target::Sqlite(file) = &target {
            // An empty file is an empty database; one that is there stays as it is.
            let made =
                std::fs::OpenOptions::new().append(true).create(true).open(&file.path).map(drop);
            made.map_err(|error| {
                let path = file.path.display();
                Diagnostic::error("S007", format!("{path} cannot be made: {error}"))
            })?;
        }
        let database = Database::open(&target, Access::ReadWrite, &Options::default()).await?;
        schema::make(&database, table).await?;
        Ok(Self { database, table })
    }

    /// Where this is; prints without the password.
    pub fn target(&self) -> &Target {
        self.database.target()
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Adds a job.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert(&self, record: &Record) -> Result<()> {
        let (columns, values) = record.cells();
        let places: Vec<String> =
            (1..=values.len()).map(|at| record::place(at, values.get(at - 1))).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({}) RETURNING id",
            self.table(),
            columns.join(", "),
            places.join(", ")
        );
        self.write(&sql, &values).await.map(drop)
    }

    /// Changes a job, provided that its phase is one of `from` and, when one is named, that the
    /// claim `worker` holds. `None` when it is not so, or there is no such job.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn change(
        &self,
        id: &str,
        from: &[&str],
        worker: Option<&str>,
        change: &Change,
    ) -> Result<Option<Record>> {
        let mut cells = vec![Cell::Text(id.to_owned())];
        let mut phases = Vec::new();
        for phase in from {
            cells.push(Cell::Text((*phase).to_owned()));
            phases.push(format!("${}", cells.len()));
        }
        let mut condition = format!("id = $1 AND phase IN ({})", phases.join(", "));
        if let Some(worker) = worker {
            cells.push(Cell::Text(worker.to_owned()));
            condition.push_str(&format!(" AND worker = ${}", cells.len()));
        }
        let set = change.assignments(&mut cells);
        let sql = format!(
            "UPDATE {} SET {set} WHERE {condition} RETURNING {}",
            self.table(),
            record::COLUMNS
        );
        let rows = self.write(&sql, &cells).await?;
        rows.first().map(|row| Record::read(row)).transpose()
    }

    /// Forgets a job; whether there was one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let sql = format!("DELETE FROM {} WHERE id = $1 RETURNING id", self.table());
        Ok(!self.write(&sql, &[Cell::Text(id.to_owned())]).await?.is_empty())
    }

    fn table(&self) -> &'static str {
        self.table.name(self.database.dialect())
    }

    /// One statement in a transaction of its own.
    async fn write(&self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let mut session: Session = self.database.transaction().await?;
        let rows = session.rows(sql, cells).await?;
        session.commit().await?;
        Ok(rows)
    }

    async fn read(&self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let mut session = self.database.snapshot().await?;
        let rows = session.rows(sql, cells).await?;
        session.rollback().await?;
        Ok(rows)
    }
}
