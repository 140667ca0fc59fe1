//! PostgreSQL's rows of a statement with parameters, as tuples.
//!
//! In: the driver's rows, whose values are in the binary format that COPY has as well. Out: chunks.

use sqlx::{AssertSqlSafe, PgConnection, Row, SqlSafeStr, ValueRef};
use tokio::sync::mpsc::Sender;

use super::chunks::Chunks;
use crate::db::postgres::{bind, kept};
use crate::value::Cell;

/// Sends all rows of `select`, or as many as are received.
pub async fn send(
    connection: &mut PgConnection,
    prepared: bool,
    select: &str,
    parameters: &[Cell],
    to: &Sender<Vec<u8>>,
) -> Result<(), sqlx::Error> {
    // Unless it is known to be safe, statements are not kept on the server: behind pgbouncer the next
    // transaction may have another server connection.
    let sql = if prepared { kept(select, parameters) } else { select.to_owned() };
    let mut query = sqlx::query(AssertSqlSafe(sql).into_sql_str()).persistent(prepared);
    for parameter in parameters {
        query = bind(query, parameter);
    }
    let mut rows = query.fetch(connection);
    let mut chunks = Chunks::new(to);
    loop {
        let Some(next) = chunks.next(&mut rows).await else { return Ok(()) };
        let Some(row) = next else { break };
        let row = row?;
        let chunk = chunks.bytes();
        let count = i16::try_from(row.len()).unwrap_or(i16::MAX);
        chunk.extend_from_slice(&count.to_be_bytes());
        for index in 0..row.len() {
            let value = row.try_get_raw(index)?;
            if value.is_null() {
                chunk.extend_from_slice(&(-1_i32).to_be_bytes());
                continue;
            }
            let bytes = value.as_bytes().map_err(sqlx::Error::Decode)?;
            let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
            chunk.extend_from_slice(&length.to_be_bytes());
            chunk.extend_from_slice(bytes);
        }
        if !chunks.grown().await {
            return Ok(());
        }
    }
    // Nobody who receives any more is no failure of the database.
    let _ = chunks.send().await;
    Ok(())
}
