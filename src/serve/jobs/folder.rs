//! Files of jobs on disk: a folder for each job, with its uploads and results.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::io::AsyncReadExt;

use crate::diag::{Diagnostic, Result};
use crate::objects::Object;

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder, and sees that it can be written to.
    pub fn open(root: &Path) -> Result<Self> {
        let tried = make(root).and_then(|()| {
            tempfile::Builder::new().prefix(".writable").tempfile_in(root).map(drop)
        });
        tried.map_err(|error| {
            let message = format!("the folder of jobs {} cannot be used: {error}", root.display());
            Box::new(Diagnostic::error("S007", message))
        })?;
        Ok(Self { root: root.to_owned() })
    }

    /// A file of a job.
    pub fn path(&self, job: &str, file: &str) -> PathBuf {
        self.root.join(job).join(file)
    }

    /// The place of a new file, whose folder is made.
    pub fn reserve(&self, job: &str, file: &str) -> io::Result<PathBuf> {
        let path = self.path(job, file);
        path.parent().map_or(Ok(()), make)?;
        Ok(path)
    }

    /// A file, piece by piece.
    pub async fn read(&self, job: &str, file: &str) -> io::Result<Object> {
        let file = tokio::fs::File::open(self.path(job, file)).await?;
        let size = file.metadata().await?.len();
        let pieces = stream::try_unfold(file, |mut file| async move {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece).await?;
            piece.truncate(read);
            Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(Object { size, pieces: pieces.boxed() })
    }

    /// Removes all files of a job; that there are none is as good.
    pub fn remove(&self, job: &str) {
        if let Err(error) = std::fs::remove_dir_all(self.root.join(job))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(job, %error, "files of a job cannot be removed");
        }
    }

    /// Removes a file of a job.
    pub fn remove_file(&self, job: &str, file: &str) {
        if let Err(error) = std::fs::remove_file(self.path(job, file))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(job, %error, "a file of a job cannot be removed");
        }
    }
}

/// A folder, with those around it; what is made is for its owner alone.
fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
