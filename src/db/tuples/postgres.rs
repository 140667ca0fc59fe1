//! PostgreSQL's rows of a statement with parameters, as tuples.
//!
//! In: the driver's rows, whose values are in the binary format that COPY has as well. Out: chunks.

use futures::StreamExt;
use sqlx::{AssertSqlSafe, PgConnection, Row, SqlSafeStr, ValueRef};
use tokio::sync::mpsc::Sender;

use super::CHUNK;
use crate::db::postgres::bind;
use crate::value::Cell;

/// Sends all rows of `select`, or as many as are received.
pub async fn send(
    connection: &mut PgConnection,
    select: &str,
    parameters: &[Cell],
    to: &Sender<Vec<u8>>,
) -> Result<(), sqlx::Error> {
    // Statements are not kept on the server: behind pgbouncer the next transaction may have another
    // server connection.
    let sql = AssertSqlSafe(select.to_owned()).into_sql_str();
    let mut query = sqlx::query(sql).persistent(false);
    for parameter in parameters {
        query = bind(query, parameter);
    }
    let mut rows = query.fetch(connection);
    let mut chunk = Vec::with_capacity(CHUNK + 8192);
    while let Some(row) = rows.next().await {
        let row = row?;
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
        if chunk.len() >= CHUNK {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK + 8192));
            if to.send(full).await.is_err() {
                return Ok(());
            }
        }
    }
    // Nobody who receives any more is no failure of the database.
    let _ = to.send(chunk).await;
    Ok(())
}
