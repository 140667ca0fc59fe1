//! From a writer in a thread to the body of an answer.
//!
//! Bounded, so that memory stays small whatever the size of an answer; a client that reads nothing
//! for too long, or has left, is an error of the writer.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Bytes that are sent on at once.
const PIECE: usize = 32 << 10;
/// Pieces that wait for the client.
const PIECES: usize = 4;

/// The end that is written to.
#[derive(Debug)]
pub struct PipeWriter {
    buffer: BytesMut,
    pieces: mpsc::Sender<Bytes>,
    stall: Duration,
    runtime: Handle,
}

/// The end that becomes a body.
#[derive(Debug)]
pub struct PipeBody {
    pieces: mpsc::Receiver<Bytes>,
}

/// A pipe whose writer waits for a reader for `stall` at most. To be called inside a runtime.
pub fn pipe(stall: Duration) -> (PipeWriter, PipeBody) {
    let (sender, receiver) = mpsc::channel(PIECES);
    let (buffer, runtime) = (BytesMut::new(), Handle::current());
    let writer = PipeWriter { buffer, pieces: sender, stall, runtime };
    (writer, PipeBody { pieces: receiver })
}

impl PipeWriter {
    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let left = || io::Error::from(io::ErrorKind::BrokenPipe);
        match self.pieces.try_send(self.buffer.split().freeze()) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(left()),
            Err(mpsc::error::TrySendError::Full(piece)) => {
                let _runtime = self.runtime.enter();
                let sent = tokio::time::timeout(self.stall, self.pieces.send(piece));
                match futures::executor::block_on(sent) {
                    Ok(sent) => sent.map_err(|_| left()),
                    Err(_) => Err(io::ErrorKind::TimedOut.into()),
                }
            }
        }
    }
}

impl Write for PipeWriter {
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

impl PipeBody {
    /// The first piece, or `None` when the writer has gone without writing any.
    pub async fn first(&mut self) -> Option<Bytes> {
        self.pieces.recv().await
    }

    /// The body: `first`, then what is written until the writer goes. When `whole` then says no, the body
    /// breaks off, so that no client takes it for complete. When the client leaves, `cancel` is cancelled.
    pub fn into_body(
        self,
        first: Bytes,
        whole: impl Future<Output = bool> + Send + 'static,
        cancel: CancellationToken,
    ) -> Body {
        let whole = Some(Box::pin(whole));
        let state = (Some(first), self.pieces, whole, Some(cancel.drop_guard()));
        let pieces = stream::unfold(state, |(first, mut pieces, whole, guard)| async move {
            if let Some(first) = first {
                return Some((Ok(first), (None, pieces, whole, guard)));
            }
            if let Some(piece) = pieces.recv().await {
                return Some((Ok(piece), (None, pieces, whole, guard)));
            }
            if whole?.await {
                guard.map(tokio_util::sync::DropGuard::disarm);
                return None;
            }
            let broken = io::Error::other("the answer broke off");
            Some((Err(broken), (None, pieces, None, guard)))
        });
        Body::from_stream(pieces.fuse())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::future::{pending, ready};

    use super::*;

    const STALL: Duration = Duration::from_millis(50);

    async fn collect(body: Body) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(body, usize::MAX).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_goes_in_comes_out() {
        let (mut writer, mut body) = pipe(Duration::from_secs(10));
        let written = tokio::task::spawn_blocking(move || {
            for number in 0..100_000 {
                writeln!(writer, "{number}").unwrap();
            }
            writer.flush().unwrap();
        });
        let first = body.first().await.unwrap();
        assert!(first.len() < 2 * PIECE);
        let cancel = CancellationToken::new();
        let all = collect(body.into_body(first, ready(true), cancel.clone())).await.unwrap();
        assert!(all.ends_with(b"\n99999\n") && all.len() == 588_890);
        written.await.unwrap();
        assert!(!cancel.is_cancelled());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_reads() {
        for leaves in [false, true] {
            let (mut writer, body) = pipe(STALL);
            let cancel = CancellationToken::new();
            let body = body.into_body(Bytes::from_static(b"x"), pending(), cancel.clone());
            let kept = if leaves {
                drop(body);
                None
            } else {
                Some(body)
            };
            let failed = tokio::task::spawn_blocking(move || {
                loop {
                    if let Err(error) = writer.write_all(&vec![0; PIECE]) {
                        return error.kind();
                    }
                }
            });
            let expected = if leaves { io::ErrorKind::BrokenPipe } else { io::ErrorKind::TimedOut };
            assert_eq!(failed.await.unwrap(), expected);
            assert_eq!(cancel.is_cancelled(), leaves);
            drop(kept);
        }
    }

    #[tokio::test]
    async fn an_end_that_is_none_is_not_taken_for_one() {
        let (writer, mut body) = pipe(STALL);
        drop(writer);
        assert!(body.first().await.is_none());
        let body = body.into_body(Bytes::from_static(b"x"), ready(false), CancellationToken::new());
        assert!(collect(body).await.is_err());
    }
}
