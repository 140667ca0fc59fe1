//! One transaction.
//!
//! In: SQL text and parameters. Out: rows as [`Cell`]s, all at once or as a stream in constant
//! memory. Dropping a session rolls it back.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::stream::{BoxStream, StreamExt};
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, SqlSafeStr, Sqlite, Transaction};

use super::server::Server;
use super::stop::Stop;
use super::target::Target;
use super::{error, postgres, sqlite};
use crate::diag::{Diagnostic, Result};
use crate::obscore::ColumnType;
use crate::sql::Dialect;
use crate::value::{Cell, CellRef};

/// An open transaction.
#[derive(Debug)]
pub struct Session {
    pub(super) connection: Connection,
    pub(super) target: Target,
    pub(super) stop: Stop,
    /// Whether statements stay prepared, on all connections of the database.
    prepared: Arc<AtomicBool>,
}

#[derive(Debug)]
pub(super) enum Connection {
    Postgres(Server),
    Sqlite(Transaction<'static, Sqlite>),
}

impl Session {
    pub(super) fn postgres(
        server: Server,
        target: Target,
        stop: Stop,
        prepared: Arc<AtomicBool>,
    ) -> Self {
        Self { connection: Connection::Postgres(server), target, stop, prepared }
    }

    pub(super) fn sqlite(
        transaction: Transaction<'static, Sqlite>,
        target: Target,
        stop: Stop,
    ) -> Self {
        Self { connection: Connection::Sqlite(transaction), target, stop, prepared: Arc::default() }
    }

    /// Whether statements stay prepared.
    pub(super) fn keeps_prepared(&self) -> bool {
        self.prepared.load(Ordering::Relaxed)
    }

    /// What a failure of PostgreSQL means. Where a prepared statement is not found, or is there already
    /// (SQLSTATE 26000, 42P05), a pooler stands between, and none is kept any more.
    pub(super) fn failed(&self, failure: &sqlx::Error) -> Box<Diagnostic> {
        failed(&self.prepared, &self.target, failure)
    }

    /// The database system.
    pub fn dialect(&self) -> Dialect {
        self.target.dialect()
    }

    /// Where this is; prints without the password.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What stops the statement that runs here, from anywhere.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Runs one or more statements without parameters, separated by semicolons.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn run(&mut self, sql: &str) -> Result<()> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()).into_sql_str());
        let done = match &mut self.connection {
            Connection::Postgres(connection) => {
                statement.execute(&mut **connection).await.map(|_| ())
            }
            Connection::Sqlite(connection) => {
                statement.execute(&mut **connection).await.map(|_| ())
            }
        };
        done.map_err(|failure| error::describe(&failure, &self.target))
    }

    /// All rows of a SELECT.
    ///
    /// # Errors
    /// R028, R029, and R041 for a column whose type no [`Cell`] holds.
    pub async fn rows(&mut self, sql: &str, parameters: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let mut rows = Vec::new();
        let mut stream = self.stream(sql, parameters);
        while let Some(row) = stream.next().await {
            rows.push(row?);
        }
        Ok(rows)
    }

    /// All rows of a SELECT without parameters, in as few exchanges with the database as it takes.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn rows_at_once(&mut self, sql: &str) -> Result<Vec<Vec<Cell>>> {
        let prepared = self.keeps_prepared();
        let Connection::Postgres(connection) = &mut self.connection else {
            return self.rows(sql, &[]).await;
        };
        let statement = AssertSqlSafe(sql.to_owned()).into_sql_str();
        let rows = match prepared {
            true => sqlx::query(statement).fetch_all(&mut **connection).await,
            // What is not prepared is not described either, only run.
            false => sqlx::raw_sql(statement).fetch_all(&mut **connection).await,
        };
        let rows = rows.map_err(|failure| self.failed(&failure))?;
        rows.iter().map(postgres::row).collect()
    }

    /// What this transaction sees, by a name that another one's has only if nothing was written between them that
    /// one of them sees and the other does not; `None` where the database has no such name.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn state(&mut self) -> Result<Option<String>> {
        if self.dialect() == Dialect::Sqlite {
            return self.sqlite_state().await;
        }
        // A replica does not list all transactions that are under way; another server has begun at another time.
        let name = "SELECT concat(pg_current_snapshot(), ' ', pg_postmaster_start_time()) WHERE NOT \
                    pg_is_in_recovery()";
        let rows = self.rows_at_once(name).await?;
        Ok(rows.first().and_then(|row| row.first()).and_then(Cell::as_str).map(str::to_owned))
    }

    /// SQLite counts what others write for each connection apart.
    async fn sqlite_state(&mut self) -> Result<Option<String>> {
        let mut name = String::new();
        for number in ["temp.user_version", "data_version"] {
            let rows = self.rows(&format!("PRAGMA {number}"), &[]).await?;
            match rows.first().and_then(|row| row.first()) {
                Some(Cell::Int(number)) if *number != 0 => name.push_str(&format!("{number} ")),
                _ => return Ok(None),
            }
        }
        Ok(Some(name))
    }

    /// Lets the next statements of this transaction sort and hash in more memory than the server gives by
    /// default, as those do that read whole tables; a server that gives more keeps its own setting.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn reads_much(&mut self) -> Result<()> {
        if matches!(self.connection, Connection::Postgres(_)) {
            let more = "SELECT set_config('work_mem', '32MB', true) WHERE \
                        pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB')";
            self.rows_at_once(more).await?;
        }
        Ok(())
    }

    /// The plan of a SELECT, a line each: the one that [`Self::stream`] runs it by.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn plan(&mut self, sql: &str, parameters: &[Cell]) -> Result<Vec<String>> {
        let explain = self.dialect().explain();
        let plan = match self.dialect() {
            // EXPLAIN itself would put the parameters into the plan, however statements are planned here.
            Dialect::Postgres if self.keeps_prepared() => {
                let nulls = vec!["NULL"; parameters.len()].join(", ");
                let nulls = if nulls.is_empty() { nulls } else { format!(" ({nulls})") };
                // What no part of the statement refers to has no type by itself.
                let kind = |number| match refers(sql, number) {
                    true => "unknown",
                    false => "text",
                };
                let kinds: Vec<&str> = (1..=parameters.len()).map(kind).collect();
                let kinds = if kinds.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", kinds.join(", "))
                };
                self.run(&format!("PREPARE obscore_planned{kinds} AS {sql}")).await?;
                let plan =
                    self.rows(&format!("{explain} EXECUTE obscore_planned{nulls}"), &[]).await;
                let ended = self.run("DEALLOCATE obscore_planned").await;
                let plan = plan?;
                ended?;
                plan
            }
            _ => self.rows(&format!("{explain} {sql}"), parameters).await?,
        };
        Ok(indented(&plan))
    }

    /// The rows of a SELECT one by one, in constant memory. Parameters are `$1`, `$2` on both
    /// databases.
    ///
    /// # Errors
    /// In the stream: R028, R029, R041.
    pub fn stream<'a>(
        &'a mut self,
        sql: &str,
        parameters: &[Cell],
    ) -> BoxStream<'a, Result<Vec<Cell>>> {
        let keeps_prepared = self.keeps_prepared();
        let sql = match keeps_prepared {
            true => postgres::kept(sql, parameters),
            false => sql.to_owned(),
        };
        let sql = AssertSqlSafe(sql).into_sql_str();
        let (target, prepared) = (&self.target, &self.prepared);
        match &mut self.connection {
            // Unless it is known to be safe, statements are not kept on the server: behind pgbouncer the next
            // transaction may have another server connection.
            Connection::Postgres(connection) => {
                let mut query = sqlx::query(sql).persistent(keeps_prepared);
                for parameter in parameters {
                    query = postgres::bind(query, parameter);
                }
                query
                    .fetch(&mut **connection)
                    .map(move |row| match row {
                        Ok(row) => postgres::row(&row),
                        Err(failure) => Err(failed(prepared, target, &failure)),
                    })
                    .boxed()
            }
            Connection::Sqlite(connection) => {
                let mut query = sqlx::query(sql).persistent(false);
                for parameter in parameters {
                    query = sqlite::bind(query, parameter);
                }
                query
                    .fetch(&mut **connection)
                    .map(move |row| match row {
                        Ok(row) => {
                            sqlite::row(&row).map_err(|failure| error::describe(&failure, target))
                        }
                        Err(failure) => Err(error::describe(&failure, target)),
                    })
                    .boxed()
            }
        }
    }

    /// Makes a table that lives as long as this transaction, in SQLite only: a database that others
    /// own is not written to, not even for a moment.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn create_temporary(
        &mut self,
        table: &str,
        columns: &[(String, ColumnType)],
    ) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            let message = format!("{}: temporary tables are not made here", self.target);
            return Err(Box::new(Diagnostic::error("R028", message)));
        }
        let columns: Vec<String> = columns
            .iter()
            .map(|(name, kind)| format!("{name} {}", Dialect::Sqlite.type_name(*kind)))
            .collect();
        let columns = if columns.is_empty() { "c".to_owned() } else { columns.join(", ") };
        self.run(&format!("CREATE TEMP TABLE {table} ({columns})")).await
    }

    /// Makes an index on columns of a temporary table.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn index_temporary(&mut self, table: &str, columns: &[&str]) -> Result<()> {
        self.run(&format!("CREATE INDEX temp.{table}_index ON {table} ({})", columns.join(", ")))
            .await
    }

    /// Adds rows to a temporary table.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn insert<'r>(
        &mut self,
        table: &str,
        width: usize,
        rows: impl Iterator<Item = Vec<CellRef<'r>>>,
    ) -> Result<()> {
        let target = &self.target;
        let Connection::Sqlite(connection) = &mut self.connection else { return Ok(()) };
        let mut handle =
            connection.lock_handle().await.map_err(|failure| error::describe(&failure, target))?;
        tokio::task::block_in_place(|| super::tuples::insert(&mut handle, table, width, rows))
            .map_err(|failure| super::tuples::failed(target, failure))
    }

    /// Waits until no other transaction holds the lock called `key`, and holds it to the end of
    /// this one. A SQLite transaction that may write excludes all others anyway.
    ///
    /// # Errors
    /// R029, for instance when waiting takes longer than the statement timeout.
    pub async fn lock(&mut self, key: &str) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            let key = Cell::Text(key.to_owned());
            // A void column cannot be read as a cell.
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) IS NULL";
            self.rows(sql, &[key]).await?;
        }
        Ok(())
    }

    /// Makes all changes permanent.
    ///
    /// # Errors
    /// R029.
    pub async fn commit(self) -> Result<()> {
        let done = match self.connection {
            Connection::Postgres(server) => server.end("COMMIT").await,
            Connection::Sqlite(transaction) => transaction.commit().await,
        };
        done.map_err(|failure| error::describe(&failure, &self.target))
    }

    /// Ends the transaction without any change.
    ///
    /// # Errors
    /// R029.
    pub async fn rollback(self) -> Result<()> {
        let done = match self.connection {
            Connection::Postgres(server) => server.end("ROLLBACK").await,
            Connection::Sqlite(transaction) => transaction.rollback().await,
        };
        done.map_err(|failure| error::describe(&failure, &self.target))
    }
}

/// As [`Session::failed`].
fn failed(prepared: &AtomicBool, target: &Target, failure: &sqlx::Error) -> Box<Diagnostic> {
    let code = failure.as_database_error().and_then(DatabaseError::code);
    if matches!(code.as_deref(), Some("26000" | "42P05")) {
        prepared.store(false, Ordering::Relaxed);
    }
    error::describe(failure, target)
}

/// Whether a statement has a parameter of that number.
fn refers(sql: &str, number: usize) -> bool {
    let parameter = format!("${number}");
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_digit());
    sql.match_indices(&parameter).any(|(at, _)| sql.get(at + parameter.len()..).is_none_or(ends))
}

/// The lines of a plan. SQLite's have numbers, and those of the lines that they are a part of.
fn indented(plan: &[Vec<Cell>]) -> Vec<String> {
    let mut depths: HashMap<i64, usize> = HashMap::new();
    let line = |row: &Vec<Cell>| {
        let depth = match row.as_slice() {
            [Cell::Int(id), Cell::Int(parent), ..] => {
                let depth = depths.get(parent).map_or(0, |depth| depth + 1);
                depths.insert(*id, depth);
                depth
            }
            _ => 0,
        };
        let text = row.iter().find_map(Cell::as_str)?;
        Some(format!("{}{text}", "  ".repeat(depth)))
    };
    plan.iter().filter_map(line).collect()
}
