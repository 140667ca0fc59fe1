//! Workers and their jobs.
//!
//! A worker takes a job under a claim of its own making, says now and then that it is alive, and is
//! told which of its claims still hold. What nobody has spoken for goes back to the queue. A claim
//! is new each time, so one that was lost never holds again.

use super::record::COLUMNS;
use super::select::places;
use super::{Jobs, Record};
use crate::diag::Result;
use crate::sql::Dialect;
use crate::value::Cell;

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

impl Jobs {
    /// Takes the job that has waited longest, under `claim`; `None` when none waits.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim(
        &self,
        claim: &str,
        (waiting, running): (&str, &str),
        now: i64,
    ) -> Result<Option<Record>> {
        let table = self.table();
        // Others take the next one instead of waiting; SQLite has one writer at a time anyway.
        let skip = match self.database.dialect() {
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
            Dialect::Sqlite => "",
        };
        let sql = format!(
            "UPDATE {table} SET phase = $1, worker = $2, beat = $3, started = $3, ended = NULL, \
             attempts = attempts + 1 WHERE id = (SELECT id FROM {table} WHERE phase = $4 \
             ORDER BY queued, created, id LIMIT 1{skip}) RETURNING {COLUMNS}"
        );
        let cells = [text(running), text(claim), Cell::Int(now), text(waiting)];
        let rows = self.write(&sql, &cells).await?;
        rows.first().map(|row| Record::read(row)).transpose()
    }

    /// Says that whoever has these claims is alive; those that still hold.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn beat(&self, claims: &[&str], running: &str, now: i64) -> Result<Vec<String>> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let mut cells = vec![Cell::Int(now), text(running)];
        let sql = format!(
            "UPDATE {} SET beat = $1 WHERE phase = $2 AND worker IN ({}) RETURNING worker",
            self.table(),
            places(claims, &mut cells)
        );
        Ok(identifiers(&self.write(&sql, &cells).await?))
    }

    /// Puts the jobs of a worker that ends, or of all that are silent, back into the queue.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_back(
        &self,
        whose: Whose<'_>,
        (running, waiting): (&str, &str),
    ) -> Result<Vec<String>> {
        let mut cells = vec![text(waiting), text(running)];
        let (attempts, condition) = match whose {
            // An orderly end is no fault of the job.
            Whose::Claims([]) => return Ok(Vec::new()),
            Whose::Claims(claims) => {
                let condition = format!("worker IN ({})", places(claims, &mut cells));
                ("attempts - 1", condition)
            }
            Whose::Silent { since, attempts } => {
                cells.extend([Cell::Int(since), Cell::Int(attempts)]);
                ("attempts", "beat < $3 AND attempts < $4".to_owned())
            }
        };
        let sql = format!(
            "UPDATE {} SET phase = $1, worker = NULL, beat = NULL, started = NULL, \
             attempts = {attempts} WHERE phase = $2 AND {condition} RETURNING id",
            self.table()
        );
        Ok(identifiers(&self.write(&sql, &cells).await?))
    }

    /// Ends the jobs of silent workers that have been tried often enough.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_up(
        &self,
        since: i64,
        (running, failed): (&str, &str),
        outcome: &str,
        now: i64,
    ) -> Result<Vec<String>> {
        let sql = format!(
            "UPDATE {} SET phase = $1, outcome = $2, ended = $3, worker = NULL, beat = NULL \
             WHERE phase = $4 AND beat < $5 RETURNING id",
            self.table()
        );
        let cells = [text(failed), text(outcome), Cell::Int(now), text(running), Cell::Int(since)];
        Ok(identifiers(&self.write(&sql, &cells).await?))
    }

    /// Forgets the jobs whose time has come.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn expire(&self, now: i64) -> Result<Vec<String>> {
        let sql = format!("DELETE FROM {} WHERE destruction <= $1 RETURNING id", self.table());
        Ok(identifiers(&self.write(&sql, &[Cell::Int(now)]).await?))
    }
}

/// Whose jobs to give back.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Those of a worker that ends, by its claims.
    Claims(&'a [&'a str]),
    /// Those of workers that have said nothing since, and that were begun fewer times.
    Silent {
        /// Microseconds since 1970-01-01 UTC.
        since: i64,
        /// How often a job is begun at most.
        attempts: i64,
    },
}

fn identifiers(rows: &[Vec<Cell>]) -> Vec<String> {
    rows.iter().filter_map(|row| row.first()?.as_str().map(str::to_owned)).collect()
}
