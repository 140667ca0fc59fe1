//! Where rows go.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::diag::{Diagnostic, Result};

/// How a stream of rows ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// These are all rows.
    Complete,
    /// There are more rows than were asked for.
    Overflow,
    /// Something broke after the first byte; what it was.
    Error(String),
}

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// More rows, please.
    More,
    /// No more rows.
    Enough,
}

/// A receiver of rows: `start` once, then any number of batches, then `finish` once. It is told of
/// errors upstream, so that what it has begun ends as a legal file of its format.
pub trait Sink: Send {
    /// Begins.
    ///
    /// # Errors
    /// X001, and X002 for a reader that has left.
    fn start(&mut self, schema: &SchemaRef) -> Result<()>;

    /// Takes rows.
    ///
    /// # Errors
    /// As [`Sink::start`].
    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow>;

    /// Ends.
    ///
    /// # Errors
    /// As [`Sink::start`].
    fn finish(&mut self, status: &Status) -> Result<()>;
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        (**self).start(schema)
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        (**self).batch(batch)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        (**self).finish(status)
    }
}

/// The diagnostic for output that cannot be written.
#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
pub(super) fn unwritable(error: &std::io::Error) -> Box<Diagnostic> {
    use std::io::ErrorKind;
    Box::new(match error.kind() {
        ErrorKind::BrokenPipe => Diagnostic::error("X002", "the reader of the output has left"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Diagnostic::error("X001", format!("cannot write the output: {error}"))
                .help("make room, or name a file on another disk after -o")
        }
        _ => Diagnostic::error("X001", format!("cannot write the output: {error}")),
    })
}
