//! An export from beginning to end.
//!
//! In: a plan, a session in one snapshot of the registry, columns and a sink. Out: every row of
//! every branch in the sink, once, and a [`Summary`]. The database's bytes are received by the
//! calling task, decoded on one thread and written on another.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::{Decoder, Flow, Limited, OutputColumn, Sink, Status, schema};
use crate::db::Session;
use crate::diag::{Diagnostic, Result};
use crate::lower::{Fetch, Target};
use crate::plan::ViewPlan;
use crate::value::Cell;

/// Chunks or batches that may wait for the next worker.
const QUEUE: usize = 4;

/// What to export.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The plan.
    pub plan: &'a ViewPlan,
    /// How it is written down; the names of its view stand for common table expressions here.
    pub target: &'a Target,
    /// The columns.
    pub columns: &'a [OutputColumn],
    /// Most rows; all if `None`.
    pub limit: Option<usize>,
}

/// How far an export is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The dataset type that rows come from now.
    pub dataset_type: Arc<str>,
    /// Rows in the batch that was just written.
    pub rows: usize,
}

/// What an export did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// Whether the limit left rows out.
    pub overflow: bool,
    /// Distinct regions that could not be decoded and are NULL.
    pub corrupt_regions: u64,
}

/// A dataset type's tuples, for the decoder; or the end.
enum Work {
    Branch(Arc<str>, Fetch, mpsc::Receiver<Vec<u8>>),
    End(Status),
}

/// A batch of a dataset type's rows, for the sink; or the end.
enum Written {
    Batch(Arc<str>, RecordBatch),
    End(Status),
}

impl Export<'_> {
    /// Runs it. Whatever happens after the sink was started, it is told how its rows ended.
    ///
    /// # Errors
    /// Those of the session, of the decoder (X003) and of the sink.
    pub async fn run(
        &self,
        session: &mut Session,
        sink: Box<dyn Sink>,
        progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<Summary> {
        let schema = schema(self.columns);
        let (work, decoding) = mpsc::channel(1);
        let (batches, written) = sync_channel(QUEUE);
        let decoder = Decoder::new(Arc::clone(&schema), self.target.regions);
        let decoder = spawn_blocking(move || decode(decoder, decoding, &batches));
        let sink = Limited::new(sink, self.limit);
        let writer = spawn_blocking(move || write(sink, &schema, &written, progress));
        let sent = self.send(session, &work).await;
        let status = match &sent {
            Ok(()) => Status::Complete,
            Err(diagnostic) => Status::Error(diagnostic.message.clone()),
        };
        // Nobody listens any more where a later worker has ended first.
        let _ = work.send(Work::End(status)).await;
        drop(work);
        let ended = |_| Box::new(Diagnostic::error("X001", "a worker of the export ended early"));
        let corrupt_regions = decoder.await.map_err(ended)?;
        let total = writer.await.map_err(ended)?;
        sent?;
        let corrupt_regions = corrupt_regions?;
        let (rows, overflow) = total?;
        Ok(Summary { rows, overflow, corrupt_regions })
    }

    /// Fetches branch after branch.
    async fn send(&self, session: &mut Session, work: &mpsc::Sender<Work>) -> Result<()> {
        let search = &self.plan.search;
        let collections = session.rows(&self.target.collections_select(search), &[]).await?;
        let summaries = session.rows(&self.target.summaries_select(), &[]).await?;
        // One more than wanted, to know whether there are more.
        let limit = self.limit.map(|limit| format!("\nLIMIT {}", limit.saturating_add(1)));
        let limit = limit.unwrap_or_default();
        for branch in &self.plan.branches {
            let holds = |collection: &&Vec<Cell>| {
                let pair = [Some(&Cell::Int(branch.dataset_type_id)), collection.first()];
                summaries.iter().any(|summary| [summary.first(), summary.get(1)] == pair)
            };
            let collections: Vec<Vec<Cell>> = collections.iter().filter(holds).cloned().collect();
            if collections.is_empty() {
                continue;
            }
            let with = self.target.with(&collections);
            let name: Arc<str> = Arc::from(branch.dataset_type.as_str());
            let columns = self.columns.iter().map(|column| (column.index, column.fetched()));
            let fetch = self.target.fetch(branch, search, collections.len() == 1, columns);
            for select in &fetch.selects {
                let (tuples, receiver) = mpsc::channel(QUEUE);
                let next = Work::Branch(Arc::clone(&name), fetch.clone(), receiver);
                if work.send(next).await.is_err() {
                    return Ok(());
                }
                let sql = format!("{with}{select}{limit}");
                session.tuples(&sql, &[], &fetch.fields, &tuples).await?;
            }
        }
        Ok(())
    }
}

/// The decoding worker: returns how many regions were corrupt.
fn decode(
    mut decoder: Decoder,
    mut work: mpsc::Receiver<Work>,
    batches: &SyncSender<Written>,
) -> Result<u64> {
    while let Some(next) = work.blocking_recv() {
        match next {
            Work::End(status) => {
                // The writer may have had enough.
                let _ = batches.send(Written::End(status));
                break;
            }
            Work::Branch(name, fetch, mut tuples) => {
                decoder.branch(fetch);
                while let Some(chunk) = tuples.blocking_recv() {
                    let batch = decoder.decode(chunk).inspect_err(|error| {
                        let _ = batches.send(Written::End(Status::Error(error.message.clone())));
                    })?;
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
