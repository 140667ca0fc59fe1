//! MAXREC and TOP: no more than so many rows, and the truth about it.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::{Flow, Sink, Status};
use crate::diag::Result;

/// How many rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// All.
    None,
    /// So many; more are an overflow.
    Most(usize),
    /// The first ones; that there are more is as it should be.
    First(usize),
}

impl From<Option<usize>> for Limit {
    fn from(most: Option<usize>) -> Self {
        most.map_or(Self::None, Self::Most)
    }
}

/// A sink that passes the first rows on, and turns the end into an overflow if there were more.
#[derive(Debug)]
pub struct Limited<S> {
    inner: S,
    limit: Limit,
    rows: usize,
    overflow: bool,
}

impl<S: Sink> Limited<S> {
    /// Passes rows on to `inner` up to a limit.
    pub fn new(inner: S, limit: Limit) -> Self {
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
        let left = match self.limit {
            Limit::None => usize::MAX,
            Limit::Most(limit) | Limit::First(limit) => limit.saturating_sub(self.rows),
        };
        let kept = left.min(batch.num_rows());
        let is_first = matches!(self.limit, Limit::First(_));
        self.overflow |= kept < batch.num_rows() && !is_first;
        self.rows += kept;
        let flow = match kept {
            0 => Flow::More,
            kept => self.inner.batch(&batch.slice(0, kept))?,
        };
        let is_enough = self.overflow || (is_first && kept == left);
        Ok(if is_enough { Flow::Enough } else { flow })
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        match status {
            Status::Complete if self.overflow => self.inner.finish(&Status::Overflow),
            status => self.inner.finish(status),
        }
    }
}
