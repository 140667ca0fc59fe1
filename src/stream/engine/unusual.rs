//! Regions whose centres their trixels do not tell, from one question to the next.
//!
//! In: the statement that finds them, which has to look at all regions where no index tells them. Out: its rows;
//! those that are known, as long as nothing has been written to the database since they were read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::Session;
use crate::diag::Result;
use crate::value::Cell;

/// Rows at most that are kept for a statement.
const KEPT: usize = 1_000;

type Rows = Arc<Vec<Vec<Cell>>>;

/// What statements found in one state of a database.
#[derive(Debug, Default)]
pub struct Unusual(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// As the database calls it.
    name: String,
    found: HashMap<String, Rows>,
}

impl Unusual {
    /// The rows of a statement; whether it had to be run, too.
    ///
    /// # Errors
    /// R028, R029 and R041.
    pub async fn rows(&self, session: &mut Session, sql: &str) -> Result<(Rows, bool)> {
        let state = session.state().await?;
        if let Some(state) = &state
            && let Some(rows) = self.in_state(state, |found| found.get(sql).cloned())
        {
            return Ok((rows, false));
        }
        let rows = Arc::new(session.rows(sql, &[]).await?);
        if let Some(state) = state.filter(|_| rows.len() <= KEPT) {
            self.in_state(&state, |found| found.insert(sql.to_owned(), Arc::clone(&rows)));
        }
        Ok((rows, true))
    }

    /// Looks at what was found in a state; nothing was in a new one.
    fn in_state<T>(&self, state: &str, look: impl FnOnce(&mut HashMap<String, Rows>) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.name != state {
            *kept = State { name: state.to_owned(), found: HashMap::new() };
        }
        look(&mut kept.found)
    }
}
