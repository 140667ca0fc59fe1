//! Whether a server connection stays with its client.
//!
//! In: how to connect to a PostgreSQL server, or to a pooler in front of one. Out: whether transactions of
//! one client may run on the server connections of another, as with PgBouncer in its `transaction` mode.
//! Statements that one transaction prepares are then not found by the next, or those of another client
//! are. A pooler does not say that it is one, so clients leave marks and look at which they find.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Error, Executor, Row};
use uuid::Uuid;

/// How often clients change places.
const ROUNDS: usize = 3;

const BEGIN: &str = "BEGIN TRANSACTION READ ONLY";
const READ: &str = "SELECT current_setting('obscore_view.client', true)";

/// A client with its mark.
struct Client {
    connection: PgConnection,
    mark: String,
}

/// Whether what one client leaves on its server connection stays with it.
pub async fn is_direct(options: &PgConnectOptions) -> Result<bool, Error> {
    let Some(mut one) = Client::connect(options).await? else { return Ok(false) };
    let Some(mut other) = Client::connect(options).await? else { return Ok(false) };
    let mut direct = true;
    for _ in 0..ROUNDS {
        // Both are in a transaction at a time, the one first, then the other: a pooler that gives away
        // what was used last gives the one what belongs to the other.
        one.connection.execute(BEGIN).await?;
        other.connection.execute(BEGIN).await?;
        direct &= one.finds_itself().await? && other.finds_itself().await?;
        other.connection.execute("ROLLBACK").await?;
        one.connection.execute("ROLLBACK").await?;
        std::mem::swap(&mut one, &mut other);
    }
    one.leave().await?;
    other.leave().await?;
    Ok(direct)
}

impl Client {
    /// Connects and leaves a mark; `None` where another client has left one.
    async fn connect(options: &PgConnectOptions) -> Result<Option<Self>, Error> {
        let mut connection = PgConnection::connect_with(options).await?;
        if found(&mut connection).await?.is_some() {
            return Ok(None);
        }
        let mark = Uuid::new_v4().simple().to_string();
        let set = format!("SET obscore_view.client = '{mark}'");
        connection.execute(AssertSqlSafe(set)).await?;
        Ok(Some(Self { connection, mark }))
    }

    async fn finds_itself(&mut self) -> Result<bool, Error> {
        Ok(found(&mut self.connection).await?.as_ref() == Some(&self.mark))
    }

    /// Takes its mark away, where it is now.
    async fn leave(mut self) -> Result<(), Error> {
        self.connection.execute("RESET obscore_view.client").await?;
        self.connection.close().await
    }
}

/// The mark on a server connection.
async fn found(connection: &mut PgConnection) -> Result<Option<String>, Error> {
    let row = connection.fetch_one(sqlx::raw_sql(READ)).await?;
    let mark: Option<String> = row.try_get(0)?;
    Ok(mark.filter(|mark| !mark.is_empty()))
}
