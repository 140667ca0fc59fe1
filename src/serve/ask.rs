//! The service's own questions: of the page, and of descriptions.
//!
//! In: ADQL, the longest time. Out: rows of JSON values. They go the way of everybody's queries, wait for
//! a turn as those do, and are kept in memory, so they are small.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::adql::Version;
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::query::{Answer, Query, Reading, Remarks};
use crate::stream::answer::Format;

/// Bytes of an answer that are kept; more is an error.
const MOST: usize = 16 << 20;

/// Rows of an answer, column by column as they were asked for.
pub type Rows = Vec<Vec<Value>>;

/// Asks; more than `most` rows are an error.
///
/// # Errors
/// As [`Asker::ask`].
pub async fn ask(service: &Service, adql: &str, most: u64, time: Duration) -> Result<Rows> {
    let asker = Asker { answer: Arc::clone(&service.answer), slots: Arc::clone(&service.slots) };
    let (rows, overflow) =
        asker.ask(adql.to_owned(), Reading::As(Version::V2_1), most, time).await?;
    if overflow {
        return Err(Diagnostic::error("S031", format!("more than {most} rows")).into());
    }
    Ok(rows)
}

/// Who answers, and turns to wait for.
#[derive(Clone)]
pub struct Asker {
    /// Who answers.
    pub answer: Answer,
    /// Turns.
    pub slots: Arc<Semaphore>,
}

impl Asker {
    /// Asks for at most `most` rows; says too whether there are more.
    ///
    /// # Errors
    /// S032 when it takes too long, S031 when there is too much, and those of queries.
    pub async fn ask(
        &self,
        adql: String,
        reading: Reading,
        most: u64,
        time: Duration,
    ) -> Result<(Rows, bool)> {
        let gone = |_| Box::new(Diagnostic::error("S030", "the service ends"));
        let _slot = Arc::clone(&self.slots).acquire_owned().await.map_err(gone)?;
        let kept = Kept::default();
        let query = Query {
            adql,
            reading,
            remarks: Remarks::default(),
            maxrec: Some(most),
            format: Format::parse("json")?,
            uploads: Vec::new(),
            run_id: None,
            owner: None,
            deadline: Instant::now().checked_add(time),
            cancel: CancellationToken::new(),
        };
        let answered = query.answered(&self.answer, Box::new(kept.clone())).await?;
        let bytes = std::mem::take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner));
        let failed =
            |error| Box::new(Diagnostic::error("S030", format!("no rows in JSON: {error}")));
        let mut document: Document = serde_json::from_slice(&bytes).map_err(failed)?;
        Ok((std::mem::take(&mut document.data), answered.overflow))
    }
}

#[derive(serde::Deserialize)]
struct Document {
    data: Rows,
}

/// What is written here can be read by others.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
