//! From tuples to a sink, on two threads.
//!
//! In: tuples as [`crate::db`] sends them, and what to make of them. Out: batches in the sink, and a
//! [`Summary`]. The database's bytes are received by the calling task, decoded on one thread and written
//! on another, with bounded queues between them.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};

use super::decode::Part;
use super::{Decoder, Flow, Limit, Limited, Progress, Sink, Status, Summary};
use crate::diag::{Diagnostic, Result};
use crate::lower::Records;
use crate::region::RegionOptions;

/// Chunks or batches that may wait for the next worker.
const QUEUE: usize = 4;

/// The workers of one stream of rows.
#[derive(Debug)]
pub struct Pipeline {
    work: mpsc::Sender<Work>,
    decoder: JoinHandle<Result<u64>>,
    writer: JoinHandle<Result<(u64, bool)>>,
}

impl Pipeline {
    /// Starts the workers, and with the first rows the sink.
    pub fn start(
        schema: SchemaRef,
        regions: RegionOptions,
        sink: Box<dyn Sink>,
        limit: Limit,
        progress: impl FnMut(Progress) + Send + 'static,
    ) -> Self {
        let (work, decoding) = mpsc::channel(1);
        let (batches, written) = sync_channel(QUEUE);
        let decoder = Decoder::new(Arc::clone(&schema), regions);
        let decoder = spawn_blocking(move || decode(decoder, decoding, &batches));
        let sink = Limited::new(sink, limit);
        let writer = spawn_blocking(move || write(sink, &schema, &written, progress));
        Self { work, decoder, writer }
    }

    /// Where to send the tuples of the next statement; `None` when no more rows are wanted.
    pub async fn branch(&self, name: Arc<str>, part: Part) -> Option<mpsc::Sender<Vec<u8>>> {
        let (tuples, receiver) = mpsc::channel(QUEUE);
        self.work.send(Work::Branch(name, part, receiver)).await.ok().map(|()| tuples)
    }

    /// Where to send the tuples of records, and who tells the number of their table afterwards, or that they are
    /// too many; `None` when no more rows are wanted.
    pub async fn records(
        &self,
        records: Records,
    ) -> Option<(mpsc::Sender<Vec<u8>>, oneshot::Receiver<Option<usize>>)> {
        let (tuples, receiver) = mpsc::channel(QUEUE);
        let (reply, answer) = oneshot::channel();
        let sent = self.work.send(Work::Records(records, receiver, reply)).await;
        sent.ok().map(|()| (tuples, answer))
    }

    /// Whether more rows are wanted, once those that were sent are written.
    pub async fn wants_more(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.work.send(Work::Ask(reply)).await.is_ok() && answer.await.is_ok()
    }

    /// Ends the stream, well or not; the sink is told.
    ///
    /// # Errors
    /// That of `sent`, of the decoder (X003), of the sink.
    pub async fn end(self, sent: Result<()>) -> Result<Summary> {
        let status = match &sent {
            Ok(()) => Status::Complete,
            Err(diagnostic) => Status::Error(diagnostic.message.clone()),
        };
        // Nobody listens any more where a later worker has ended first.
        let _ = self.work.send(Work::End(status)).await;
        drop(self.work);
        let ended = |_| Box::new(Diagnostic::error("X001", "a worker of the export ended early"));
        let corrupt_regions = self.decoder.await.map_err(ended)?;
        let total = self.writer.await.map_err(ended)?;
        sent?;
        let corrupt_regions = corrupt_regions?;
        let (rows, overflow) = total?;
        Ok(Summary { rows, overflow, corrupt_regions })
    }
}

/// The tuples of a dataset type or of records, for the decoder; or the end.
enum Work {
    Branch(Arc<str>, Part, mpsc::Receiver<Vec<u8>>),
    Records(Records, mpsc::Receiver<Vec<u8>>, oneshot::Sender<Option<usize>>),
    Ask(oneshot::Sender<()>),
    End(Status),
}

/// A batch of a dataset type's rows, for the sink; or the end. Who asks hears of it if more rows are wanted.
enum Written {
    Batch(Arc<str>, RecordBatch),
    Ask(oneshot::Sender<()>),
    End(Status),
}

/// The decoding worker: returns how many regions were corrupt.
fn decode(
    mut decoder: Decoder,
    mut work: mpsc::Receiver<Work>,
    batches: &SyncSender<Written>,
) -> Result<u64> {
    let failed = |error: &Diagnostic| {
        let _ = batches.send(Written::End(Status::Error(error.message.clone())));
    };
    while let Some(next) = work.blocking_recv() {
        match next {
            Work::End(status) => {
                // The writer may have had enough.
                let _ = batches.send(Written::End(status));
                break;
            }
            Work::Ask(reply) => {
                if batches.send(Written::Ask(reply)).is_err() {
                    break;
                }
            }
            Work::Records(records, mut tuples, reply) => {
                let next = || tuples.blocking_recv();
                let table = decoder.load(&records, next).inspect_err(|error| failed(error))?;
                // Whoever asked may have left.
                let _ = reply.send(table);
            }
            Work::Branch(name, part, mut tuples) => {
                decoder.turn(part);
                while let Some(chunk) = tuples.blocking_recv() {
                    let batch = decoder.decode(chunk).inspect_err(|error| failed(error))?;
                    if batches.send(Written::Batch(Arc::clone(&name), batch)).is_err() {
                        return Ok(decoder.corrupt_regions());
                    }
                }
            }
        }
    }
    Ok(decoder.corrupt_regions())
}

/// The writing worker: returns how many rows were written, and whether there were more.
fn write(
    mut sink: Limited<Box<dyn Sink>>,
    schema: &SchemaRef,
    batches: &Receiver<Written>,
    mut progress: impl FnMut(Progress),
) -> Result<(u64, bool)> {
    sink.start(schema)?;
    let mut status = Status::Error("the export was interrupted".to_owned());
    for next in batches {
        match next {
            Written::End(end) => {
                status = end;
                break;
            }
            Written::Ask(reply) => {
                // Whoever asked may have left.
                let _ = reply.send(());
            }
            Written::Batch(dataset_type, batch) => {
                let before = sink.rows();
                let flow = sink.batch(&batch)?;
                progress(Progress { dataset_type, rows: sink.rows() - before });
                if flow == Flow::Enough {
                    status = Status::Complete;
                    break;
                }
            }
        }
    }
    sink.finish(&status)?;
    Ok((sink.rows() as u64, sink.has_overflown()))
}
