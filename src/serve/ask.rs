//! The service's own questions: of the page, and of descriptions.
//!
//! In: ADQL, the longest time. Out: rows of JSON values. They go the way of everybody's queries, wait for
//! a turn as those do, and are kept in memory, so they are small.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::adql::Version;
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::query::{Query, Reading, Remarks};
use crate::stream::answer::Format;

/// Bytes of an answer that are kept; more is an error.
const MOST: usize = 16 << 20;

/// Rows of an answer, column by column as they were asked for.
pub type Rows = Vec<Vec<Value>>;

/// Asks; more than `most` rows are an error.
///
/// # Errors
/// S032 when it takes too long, S031 when there is too much, and those of queries.
pub async fn ask(service: &Service, adql: &str, most: u64, time: Duration) -> Result<Rows> {
    let gone = |_| Box::new(Diagnostic::error("S030", "the service ends"));
    let _slot = Arc::clone(&service.slots).acquire_owned().await.map_err(gone)?;
    let kept = Kept::default();
    let query = Query {
        adql: adql.to_owned(),
        reading: Reading::As(Version::V2_1),
        remarks: Remarks::default(),
        maxrec: Some(most),
        format: Format::parse("json")?,
        uploads: Vec::new(),
        run_id: None,
        owner: None,
        deadline: Instant::now().checked_add(time),
        cancel: CancellationToken::new(),
    };
    let answered = query.answered(&service.answer, Box::new(kept.clone())).await?;
    if answered.overflow {
        return Err(Diagnostic::error("S031", format!("more than {most} rows")).into());
    }
    let bytes = std::mem::take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner));
    let failed = |error| Box::new(Diagnostic::error("S030", format!("no rows in JSON: {error}")));
    let mut document: Document = serde_json::from_slice(&bytes).map_err(failed)?;
    Ok(std::mem::take(&mut document.data))
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
