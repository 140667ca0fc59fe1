//! Tuples on their way.
//!
//! In: bytes of tuples as they come. Out: chunks, small ones first, so that the first rows arrive soon, then
//! larger ones, which cost less.

use std::time::{Duration, Instant};

use futures::{FutureExt, Stream, StreamExt};
use tokio::sync::mpsc::Sender;

/// The first chunk is sent when it has grown to this many bytes.
const FIRST: usize = 8 << 10;
/// Later ones are as large as this.
const MOST: usize = 256 << 10;
/// How long the first rows wait for others where the database cannot be asked whether it has more.
const PATIENCE: Duration = Duration::from_millis(5);

/// What has not been sent yet, and where to send it.
pub struct Chunks<'t> {
    to: &'t Sender<Vec<u8>>,
    size: usize,
    chunk: Vec<u8>,
    /// When the first row came, until it is sent.
    waits: Option<Instant>,
}

impl<'t> Chunks<'t> {
    /// Nothing yet.
    pub fn new(to: &'t Sender<Vec<u8>>) -> Self {
        Self { to, size: FIRST, chunk: Vec::with_capacity(FIRST), waits: None }
    }

    /// Where bytes are added.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.chunk
    }

    /// Whether nothing has been sent yet and there is something to send.
    fn holds_first(&self) -> bool {
        self.size == FIRST && !self.chunk.is_empty()
    }

    /// The next of the rows that come. What the database has sent so far is what it has: the first rows are
    /// sent on before more are waited for. `None` when nobody receives them.
    pub async fn next<S: Stream + Unpin>(&mut self, rows: &mut S) -> Option<Option<S::Item>> {
        if let Some(next) = rows.next().now_or_never() {
            return Some(next);
        }
        if self.holds_first() && !self.send().await {
            return None;
        }
        Some(rows.next().await)
    }

    /// Sends what has grown to its size; whether somebody receives.
    pub async fn grown(&mut self) -> bool {
        self.chunk.len() < self.size || self.send().await
    }

    /// As [`Self::grown`], on a thread that may wait; the first rows are sent when they have waited.
    pub fn grown_blocking(&mut self) -> bool {
        let has_waited =
            self.size == FIRST && self.waits.get_or_insert_with(Instant::now).elapsed() > PATIENCE;
        if self.chunk.len() < self.size && !has_waited {
            return true;
        }
        let chunk = self.take();
        self.to.blocking_send(chunk).is_ok()
    }

    /// Sends what there is; whether somebody receives.
    pub async fn send(&mut self) -> bool {
        let chunk = self.take();
        self.to.send(chunk).await.is_ok()
    }

    /// As [`Self::send`], on a thread that may wait.
    pub fn send_blocking(&mut self) -> bool {
        let chunk = self.take();
        self.to.blocking_send(chunk).is_ok()
    }

    fn take(&mut self) -> Vec<u8> {
        self.size = (4 * self.size).min(MOST);
        // A tuple may go beyond the size.
        std::mem::replace(&mut self.chunk, Vec::with_capacity(self.size + (self.size >> 3)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn chunks_grow() {
        let (to, mut from) = tokio::sync::mpsc::channel(1000);
        let mut chunks = Chunks::new(&to);
        let mut sizes = Vec::new();
        for _ in 0..10_000 {
            chunks.bytes().extend_from_slice(&[0; 100]);
            assert!(chunks.grown().await);
        }
        assert!(!chunks.holds_first() && chunks.send().await);
        while let Ok(chunk) = from.try_recv() {
            sizes.push(chunk.len());
        }
        assert_eq!(sizes.iter().sum::<usize>(), 1_000_000);
        assert_eq!(sizes.first(), Some(&8200));
        assert!(sizes.iter().all(|size| *size < MOST + 100));
        drop(from);
        assert!(!chunks.send().await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_first_row_does_not_wait_for_long() {
        let (to, mut from) = tokio::sync::mpsc::channel(1000);
        tokio::task::block_in_place(|| {
            let mut chunks = Chunks::new(&to);
            chunks.bytes().push(1);
            assert!(chunks.grown_blocking());
            assert!(from.try_recv().is_err());
            std::thread::sleep(2 * PATIENCE);
            chunks.bytes().push(2);
            assert!(chunks.grown_blocking());
            assert_eq!(from.try_recv().unwrap(), [1, 2]);
        });
    }
}
