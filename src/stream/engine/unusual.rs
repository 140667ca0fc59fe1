//! Regions whose centres their trixels do not tell, from one question to the next.
//!
//! In: the statement that finds them, which has to look at all regions where no index tells them. Out: its rows;
//! those that are known, as long as nothing has been written to the database since they were read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::db::Session;
use crate::diag::Result;
use crate::value::Cell;

/// Rows at most that are kept for a statement.
const ROWS: usize = 1_000;
/// States of databases at most for which rows are kept, each with its statements.
const STATES: usize = 64;

type Rows = Arc<Vec<Vec<Cell>>>;

/// What statements found in states of a database, which that names.
#[derive(Debug, Default)]
pub struct Unusual(Mutex<HashMap<(String, String), Rows>>);

impl Unusual {
    /// The rows of a statement; whether it had to be run, too.
    ///
    /// # Errors
    /// R028, R029 and R041.
    pub async fn rows(&self, session: &mut Session, sql: &str) -> Result<(Rows, bool)> {
        let key = session.state().await?.map(|state| (state, sql.to_owned()));
        if let Some(rows) = key.as_ref().and_then(|key| self.kept().get(key).cloned()) {
            return Ok((rows, false));
        }
        let rows = Arc::new(session.rows(sql, &[]).await?);
        if let Some(key) = key.filter(|_| rows.len() <= ROWS) {
            let mut kept = self.kept();
            if kept.len() >= STATES {
                kept.clear();
            }
            kept.insert(key, Arc::clone(&rows));
        }
        Ok((rows, true))
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<(String, String), Rows>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
