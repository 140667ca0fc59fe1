//! Stopping a statement that runs.
//!
//! In: a [`Stop`] of the session that runs it. Out: the statement ends with an error of the database. On
//! PostgreSQL the session is found by its application name, which DBAs see in pg_stat_activity; SQLite
//! asks now and then whether to go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::connect::{Database, Pool};
use super::error;
use crate::diag::Result;

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

    /// The flag that SQLite looks at.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.stopped
    }
}

impl Database {
    /// Ends the statement of a session, if one runs.
    ///
    /// # Errors
    /// R020 to R029: the server could not be asked.
    pub async fn stop(&self, stop: &Stop) -> Result<()> {
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
