//! The bytes of a file.
//!
//! In: an open file, perhaps a zip with a member. Out: any range of the bytes, piece by piece, in constant
//! memory; what breaks off is an error, and never looks like an end.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use futures::stream::{self, BoxStream, StreamExt};

use super::zipped::Member;

/// Bytes of a piece.
const PIECE: u64 = 512 << 10;
/// Pieces that are read while another is sent.
const AHEAD: usize = 2;

/// The bytes of a file, or of a member of a zip.
#[derive(Debug, Clone)]
pub struct Content {
    file: Arc<File>,
    member: Option<Member>,
    size: u64,
    modified: Option<SystemTime>,
    path: Option<PathBuf>,
}

impl Content {
    /// A file as it is, or a member of it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new(file: File, member: Option<Member>) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let size = member.map_or(metadata.len(), |member| member.size);
        let modified = metadata.modified().ok();
        Ok(Self { file: Arc::new(file), member, size, modified, path: None })
    }

    /// The same, at a path where a program can open it.
    #[must_use]
    pub fn at(self, path: PathBuf) -> Self {
        Self { path: Some(path), ..self }
    }

    /// Where a program can open it; `None` for a member of a zip.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref().filter(|_| self.member.is_none())
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// When they were written.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// The checksum that comes with a member.
    pub fn crc(&self) -> Option<u32> {
        self.member.map(|member| member.crc)
    }

    /// The bytes of a range, which must be within the size.
    pub fn pieces(&self, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        match self.member {
            Some(member) if member.is_deflated => self.inflated(member, range),
            member => self.plain(member.map_or(0, |member| member.start), range),
        }
    }

    fn plain(&self, start: u64, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        let file = Arc::clone(&self.file);
        let firsts = stream::unfold(range.start, move |at| async move {
            (at < range.end).then(|| (at..range.end.min(at + PIECE), at.saturating_add(PIECE)))
        });
        let read = move |piece: Range<u64>| {
            let file = Arc::clone(&file);
            blocking(move || {
                let mut bytes = zeros(piece.end - piece.start);
                file.read_exact_at(&mut bytes, start.saturating_add(piece.start))?;
                Ok(bytes.freeze())
            })
        };
        firsts.map(read).buffered(AHEAD).boxed()
    }

    fn inflated(&self, member: Member, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        let packed = At { file: Arc::clone(&self.file), at: member.start, left: member.packed };
        let unpacked =
            Unpacked { reader: DeflateDecoder::new(packed), crc: Crc::new(), member, at: 0, range };
        let pieces = stream::try_unfold(unpacked, |mut unpacked| async move {
            let (piece, rest) = blocking(move || Ok((unpacked.piece()?, unpacked))).await?;
            Ok::<_, io::Error>(piece.map(|piece| (piece, rest)))
        });
        pieces.boxed()
    }
}

/// A part of a file that others read too.
struct At {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most) else { return Ok(0) };
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// A member that is being inflated; what stands before the range is read and left out.
struct Unpacked {
    reader: DeflateDecoder<At>,
    crc: Crc,
    member: Member,
    at: u64,
    range: Range<u64>,
}

impl Unpacked {
    /// The next piece of the range; `None` at its end.
    fn piece(&mut self) -> io::Result<Option<Bytes>> {
        while self.at < self.range.end {
            let to = if self.at < self.range.start { self.range.start } else { self.range.end };
            let mut bytes = zeros((to - self.at).min(PIECE));
            self.reader.read_exact(&mut bytes)?;
            self.crc.update(&bytes);
            let is_wanted = self.at >= self.range.start;
            self.at += bytes.len() as u64;
            // Known only when all of it has been seen: then the last piece is not given.
            if self.at == self.member.size && self.crc.sum() != self.member.crc {
                return Err(io::Error::other("a member of a zip is not what its checksum says"));
            }
            if is_wanted {
                return Ok(Some(bytes.freeze()));
            }
        }
        Ok(None)
    }
}

fn zeros(length: u64) -> BytesMut {
    BytesMut::zeroed(usize::try_from(length.min(PIECE)).unwrap_or_default())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|lost| Err(io::Error::other(lost)))
}
