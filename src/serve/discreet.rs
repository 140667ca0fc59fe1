//! What clients are told of an answer that breaks off.
//!
//! In: a sink of an answer, and what cancels its query. Out: one that ends an answer in which something
//! failed without the words of a database, which name hosts and files. The log has them.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tokio_util::sync::CancellationToken;

use super::failure::HIDDEN;
use crate::diag::Result;
use crate::stream::{Flow, Sink, Status};

/// What ends an answer whose query was cancelled, mostly by its deadline.
const STOPPED: &str = "the query was stopped: it was aborted, or took longer than is allowed";

/// A sink with which errors stay inside.
pub struct Discreet {
    /// The answer.
    pub inner: Box<dyn Sink>,
    /// Cancelled when the query is to end.
    pub cancel: CancellationToken,
}

impl Sink for Discreet {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        self.inner.start(schema)
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.inner.batch(batch)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        match status {
            Status::Error(_) if self.cancel.is_cancelled() => {
                self.inner.finish(&Status::Error(STOPPED.to_owned()))
            }
            Status::Error(_) => self.inner.finish(&Status::Error(HIDDEN.to_owned())),
            other => self.inner.finish(other),
        }
    }
}
