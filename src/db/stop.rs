//! Stopping a statement that runs.
//!
//! In: a [`Stop`] of the session that runs it. Out: the statement ends with an error of the database. On
//! PostgreSQL the session is found by its application name, which DBAs see in pg_stat_activity; SQLite
//! asks now and then whether to go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use sqlx::Error;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::connect::{Database, Pool};
use super::error;
use crate::diag;

/// This process among all that ask the same server: in containers many have the same number.
static PROCESS: LazyLock<String> = LazyLock::new(|| {
    let mut name = Uuid::new_v4().simple().to_string();
    name.truncate(12);
    name
});
/// Counts the sessions of this process.
static SESSIONS: AtomicU64 = AtomicU64::new(1);

/// A handle on the statements of one session.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The session's name among those of the server.
    name: Arc<str>,
    stopped: Arc<AtomicBool>,
}

impl Stop {
    pub(super) fn new() -> Self {
        let number = SESSIONS.fetch_add(1, Ordering::Relaxed);
        let name = format!("obscore-view {} {number}", *PROCESS);
        Self { name: name.into(), stopped: Arc::new(AtomicBool::new(false)) }
    }

    /// The name of the session.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lets SQLite look at it while it runs statements of the session, until [`Self::unwatch`].
    pub(super) async fn watch(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        /// Instructions of SQLite's machine between two looks.
        const PATIENCE: i32 = 10_000;
        let stopped = Arc::clone(&self.stopped);
        let goes_on = move || !stopped.load(Ordering::Relaxed);
        connection.lock_handle().await?.set_progress_handler(PATIENCE, goes_on);
        Ok(())
    }

    /// Ends [`Self::watch`] of whatever session used a connection.
    pub(super) async fn unwatch(connection: &mut SqliteConnection) -> Result<(), Error> {
        connection.lock_handle().await?.remove_progress_handler();
        Ok(())
    }
}

impl Database {
    /// Ends the statement of a session, if one runs.
    ///
    /// # Errors
    /// R020 to R029: the server could not be asked.
    pub async fn stop(&self, stop: &Stop) -> diag::Result<()> {
        stop.stopped.store(true, Ordering::Relaxed);
        let Pool::Postgres(_, pool) = &self.pool else { return Ok(()) };
        let sql = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
        sqlx::query(sql)
            .bind(stop.name())
            .execute(pool)
            .await
            .map(drop)
            .map_err(|failure| error::describe(&failure, &self.target))
    }
}
