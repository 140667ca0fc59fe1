//! What runs for a question, so that it can be stopped.
//!
//! In: the sessions of a question as they begin. Out: all their statements end when the question is
//! stopped, those that begin later too.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::db::{Database, Session, Stop};
use crate::diag::{Diagnostic, Result};

/// The sessions of one question.
#[derive(Debug, Clone, Default)]
pub(super) struct Running(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    was_stopped: AtomicBool,
    sessions: Mutex<Vec<(Database, Stop)>>,
}

impl Running {
    /// Takes note of a session.
    ///
    /// # Errors
    /// Q118 when the question has been stopped already.
    pub fn add(&self, database: &Database, session: &Session) -> Result<()> {
        let mut sessions = self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.push((database.clone(), session.stop()));
        drop(sessions);
        self.check()
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// Q118 when the question has been stopped.
    pub fn check(&self) -> Result<()> {
        if self.was_stopped() {
            let said = "the query was stopped: it was aborted, or took longer than is allowed";
            return Err(Box::new(Diagnostic::error("Q118", said)));
        }
        Ok(())
    }

    /// Whether the question has been stopped.
    pub fn was_stopped(&self) -> bool {
        self.0.was_stopped.load(Ordering::Relaxed)
    }

    /// Ends what runs now.
    pub async fn end(&self) {
        let sessions = self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (database, stop) in sessions {
            // A server that cannot be asked any more has stopped by itself.
            let _ = database.stop(&stop).await;
        }
    }

    /// Stops the question: again and again, as a session may be between two statements.
    pub async fn stop(&self) {
        const PAUSE: Duration = Duration::from_millis(100);
        self.0.was_stopped.store(true, Ordering::Relaxed);
        loop {
            self.end().await;
            tokio::time::sleep(PAUSE).await;
        }
    }
}
