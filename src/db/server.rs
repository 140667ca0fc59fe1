//! A transaction on a PostgreSQL server.
//!
//! In: a connection of the pool. Out: the connection goes back to the pool after `COMMIT` or `ROLLBACK`
//! only. One that was left in the middle of something is closed, which ends its transaction too: the
//! driver would take what is still on its way for the answer to the next statement.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Error, Executor, Postgres};

/// An open transaction.
#[derive(Debug)]
pub struct Server {
    connection: PoolConnection<Postgres>,
    /// Whether the transaction has ended, with nothing left on its way.
    has_ended: bool,
    /// Whether something may be left on its way.
    is_amid: bool,
}

impl Server {
    /// Begins a transaction with statements, which are sent together. Connections that broke while
    /// nobody used them are passed over.
    pub async fn begin(pool: &PgPool, statements: &str) -> Result<Self, Error> {
        let mut broken = 0;
        loop {
            let mut connection = pool.acquire().await?;
            match connection.execute(AssertSqlSafe(statements)).await {
                Ok(_) => return Ok(Self { connection, has_ended: false, is_amid: false }),
                Err(error) if broken < pool.options().get_max_connections() && is_lost(&error) => {
                    connection.close_on_drop();
                    broken += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Until [`Self::is_through`], an end of the session is the end of the connection.
    pub fn is_amid(&mut self) {
        self.is_amid = true;
    }

    /// Everything has been read.
    pub fn is_through(&mut self) {
        self.is_amid = false;
    }

    /// Ends the transaction with a statement.
    pub async fn end(mut self, statement: &'static str) -> Result<(), Error> {
        if self.is_amid {
            return Ok(());
        }
        self.connection.execute(AssertSqlSafe(statement)).await?;
        self.has_ended = true;
        Ok(())
    }
}

/// Whether an error says that the connection is no more: it broke, the server ended it (SQLSTATE 57P01 to
/// 57P03), or a request to stop the statement before reached it late (57014).
fn is_lost(error: &Error) -> bool {
    match error {
        Error::Io(_) => true,
        Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("57P") || code == "57014")
        }
        _ => false,
    }
}

impl Deref for Server {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.has_ended {
            self.connection.close_on_drop();
        }
    }
}
