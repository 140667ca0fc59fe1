//! Nothing is written before there is something to say.
//!
//! In: a sink. Out: one that is begun with the first rows, or with their end when there are none. An
//! error before that leaves nothing behind, so that it can be told in another way: by a status of HTTP,
//! by the document of a job.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::diag::Result;
use crate::stream::{Flow, Sink, Status};

/// A sink that waits.
pub struct Held {
    inner: Box<dyn Sink>,
    /// What it is to be begun with.
    waiting: Option<SchemaRef>,
}

impl Held {
    /// Waits to begin `inner`.
    pub fn new(inner: Box<dyn Sink>) -> Self {
        Self { inner, waiting: None }
    }

    fn begin(&mut self) -> Result<()> {
        match self.waiting.take() {
            Some(schema) => self.inner.start(&schema),
            None => Ok(()),
        }
    }
}

impl Sink for Held {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        self.waiting = Some(schema.clone());
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.begin()?;
        self.inner.batch(batch)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        if self.waiting.is_some() && matches!(status, Status::Error(_)) {
            return Ok(());
        }
        self.begin()?;
        self.inner.finish(status)
    }
}
