//! Writing an object while it is made (S3's multipart uploads).
//!
//! In: bytes from a thread that may wait. Out: an object, which is there as a whole or not at all.
//! At most two parts are in memory: one that fills, and one on its way. An upload that is given up
//! is aborted, or its parts would be kept and paid for without being seen.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::Failure;

/// Bytes that go on at once from the thread that writes.
const PIECE: usize = 64 << 10;
/// Pieces that wait.
const PIECES: usize = 4;
/// Bytes of a part. S3 wants 5 MiB at least and 10,000 parts at most.
const PART: usize = 8 << 20;

/// The end that is written to; what was not flushed is lost.
pub struct Writer {
    buffer: BytesMut,
    pieces: mpsc::Sender<Bytes>,
    runtime: Handle,
    failure: Arc<OnceLock<Failure>>,
}

/// The end that decides; the upload is given up when this is dropped.
pub struct Upload {
    whole: oneshot::Sender<()>,
    task: JoinHandle<Option<u64>>,
    failure: Arc<OnceLock<Failure>>,
}

pub(super) fn begin(
    store: Arc<dyn ObjectStore>,
    path: Path,
    tasks: &TaskTracker,
) -> (Writer, Upload) {
    let (sender, pieces) = mpsc::channel(PIECES);
    let (whole, told) = oneshot::channel();
    let failure = Arc::new(OnceLock::new());
    let parts = Parts { store, path, upload: None, on_its_way: None, size: 0 };
    let task = tasks.spawn(parts.run(pieces, told, Arc::clone(&failure), tasks.clone()));
    let (buffer, runtime) = (BytesMut::new(), Handle::current());
    let writer = Writer { buffer, pieces: sender, runtime, failure: Arc::clone(&failure) };
    (writer, Upload { whole, task, failure })
}

impl Upload {
    /// Completes the object after its writer has gone; its number of bytes.
    ///
    /// # Errors
    /// What the store said to a part or to the whole.
    pub async fn finish(self) -> Result<u64, Failure> {
        let Self { whole, task, failure } = self;
        // A task that has ended already has failed, and says so below.
        let _ = whole.send(());
        let size = task.await.ok().flatten();
        let unknown = || Failure::new("the upload was lost");
        size.ok_or_else(|| failure.get().cloned().unwrap_or_else(unknown))
    }

    /// What the store has said so far, if it did not take something.
    pub fn failure(&self) -> Option<Failure> {
        self.failure.get().cloned()
    }
}

/// An object in parts.
struct Parts {
    store: Arc<dyn ObjectStore>,
    path: Path,
    upload: Option<Box<dyn MultipartUpload>>,
    on_its_way: Option<AbortOnDropHandle<object_store::Result<()>>>,
    size: u64,
}

impl Parts {
    /// Takes all pieces; the number of bytes when they have become an object.
    async fn run(
        mut self,
        mut pieces: mpsc::Receiver<Bytes>,
        whole: oneshot::Receiver<()>,
        failure: Arc<OnceLock<Failure>>,
        tasks: TaskTracker,
    ) -> Option<u64> {
        let done = self.take(&mut pieces, whole).await;
        if let Err(cause) = &done {
            let _ = failure.set(cause.clone());
        }
        // The writer is let go after it can be known why.
        drop(pieces);
        if let Ok(true) = done {
            return Some(self.size);
        }
        // Who waits for a failure does not wait for this.
        tasks.spawn(self.abort());
        None
    }

    /// Whether all of an object was written; not so when nobody said that it is whole.
    async fn take(
        &mut self,
        pieces: &mut mpsc::Receiver<Bytes>,
        whole: oneshot::Receiver<()>,
    ) -> Result<bool, Failure> {
        let (mut part, mut filled) = (Vec::new(), 0);
        while let Some(piece) = pieces.recv().await {
            filled += piece.len();
            part.push(piece);
            if filled >= PART {
                self.send(std::mem::take(&mut part)).await?;
                filled = 0;
            }
        }
        if whole.await.is_err() {
            return Ok(false);
        }
        if self.upload.is_none() {
            self.size = filled as u64;
            self.store.put(&self.path, PutPayload::from_iter(part)).await?;
            return Ok(true);
        }
        if filled > 0 {
            self.send(part).await?;
        }
        self.landed().await?;
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        Ok(true)
    }

    /// Sends a part as soon as the one before it has arrived.
    async fn send(&mut self, part: Vec<Bytes>) -> Result<(), Failure> {
        self.landed().await?;
        let part = PutPayload::from_iter(part);
        self.size += part.content_length() as u64;
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.store.put_multipart(&self.path).await?),
        };
        self.on_its_way = Some(AbortOnDropHandle::new(tokio::spawn(upload.put_part(part))));
        Ok(())
    }

    async fn landed(&mut self) -> Result<(), Failure> {
        match self.on_its_way.take() {
            Some(part) => Ok(part.await.map_err(object_store::Error::from)??),
            None => Ok(()),
        }
    }

    async fn abort(mut self) {
        drop(self.on_its_way.take());
        if let Some(upload) = &mut self.upload
            && let Err(cause) = upload.abort().await
        {
            let failure = Failure::from(cause);
            tracing::warn!(object = %self.path, %failure, "an upload cannot be aborted");
        }
    }
}

impl Writer {
    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let sent = {
            let _runtime = self.runtime.enter();
            futures::executor::block_on(self.pieces.send(self.buffer.split().freeze()))
        };
        sent.map_err(|_| match self.failure.get() {
            Some(failure) => io::Error::other(failure.clone()),
            None => io::ErrorKind::BrokenPipe.into(),
        })
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes wait", self.buffer.len())
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.failure())
    }
}
