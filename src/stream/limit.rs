//! MAXREC: no more than so many rows, and the truth about it.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::{Flow, Sink, Status};
use crate::diag::Result;

/// A sink that passes the first rows on, and turns the end into an overflow if there were more.
#[derive(Debug)]
pub struct Limited<S> {
    inner: S,
    limit: Option<usize>,
    rows: usize,
    overflow: bool,
}

impl<S: Sink> Limited<S> {
    /// Passes at most `limit` rows on to `inner`; all without a limit.
    pub fn new(inner: S, limit: Option<usize>) -> Self {
        Self { inner, limit, rows: 0, overflow: false }
    }

    /// Rows passed on so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether rows were left out.
    pub fn has_overflown(&self) -> bool {
        self.overflow
    }
}

impl<S: Sink> Sink for Limited<S> {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        self.inner.start(schema)
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let left = self.limit.map_or(usize::MAX, |limit| limit.saturating_sub(self.rows));
        let kept = left.min(batch.num_rows());
        self.overflow |= kept < batch.num_rows();
        self.rows += kept;
        let flow = match kept {
            0 => Flow::More,
            kept => self.inner.batch(&batch.slice(0, kept))?,
        };
        Ok(if self.overflow { Flow::Enough } else { flow })
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        match status {
            Status::Complete if self.overflow => self.inner.finish(&Status::Overflow),
            status => self.inner.finish(status),
        }
    }
}
