//! A SQLite database from a dump.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqlSafeStr};

use super::{SqliteTarget, Target, error};
use crate::diag::Result;

/// Makes the database `file`, which must not exist, and runs the statements of `dump` in it.
///
/// # Errors
/// R020 to R029; a half-made file is removed.
pub async fn restore(file: &Path, dump: &'static str) -> Result<()> {
    let made = run(file, dump).await;
    made.map_err(|failure| {
        // The message matters, not whether the useless file could be removed.
        let _ = std::fs::remove_file(file);
        error::describe(&failure, &Target::Sqlite(SqliteTarget { path: file.to_owned() }))
    })
}

async fn run(file: &Path, dump: &'static str) -> sqlx::Result<()> {
    // A dump fills tables before those that they refer to exist.
    let options =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
    let mut connection: SqliteConnection = options.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(dump).into_sql_str()).execute(&mut connection).await?;
    connection.close().await
}
