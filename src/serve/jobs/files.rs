//! The folder of jobs: a folder for each, with uploads and results.

use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::record::StoredPart;
use crate::diag::{Diagnostic, Result};
use crate::serve::parameters::{Content, Part};

/// The folder.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Makes the folder, and sees that it can be written to.
    ///
    /// # Errors
    /// S007.
    pub fn open(root: &Path) -> Result<Self> {
        let tried = std::fs::create_dir_all(root).and_then(|()| {
            tempfile::Builder::new().prefix(".writable").tempfile_in(root).map(drop)
        });
        tried.map_err(|error| {
            let message = format!("the folder of jobs {} cannot be used: {error}", root.display());
            Box::new(Diagnostic::error("S007", message))
        })?;
        Ok(Self { root: root.to_owned() })
    }

    /// A file of a job. Names are made here, and never by a client.
    pub fn path(&self, job: &str, file: &str) -> PathBuf {
        self.root.join(job).join(file)
    }

    /// A new name for a file of a job, whose folder is made.
    ///
    /// # Errors
    /// S030.
    pub fn reserve(&self, job: &str, kind: &str) -> Result<(String, PathBuf)> {
        let name = format!("{kind}-{}", Uuid::new_v4().simple());
        let path = self.path(job, &name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.map_err(|error| unusable(&error))?;
        Ok((name, path))
    }

    /// Keeps the parts of a request.
    ///
    /// # Errors
    /// S030.
    pub async fn keep(&self, job: &str, parts: &[Part]) -> Result<Vec<StoredPart>> {
        let mut kept = Vec::new();
        for part in parts {
            let (file, path) = self.reserve(job, "part")?;
            let content = part.content.clone();
            let stored = tokio::task::spawn_blocking(move || content.store(&path)).await;
            stored.unwrap_or_else(|lost| Err(io::Error::other(lost))).map_err(|e| unusable(&e))?;
            let (name, media_type) = (part.name.clone(), part.media_type.clone());
            kept.push(StoredPart { name, media_type, file });
        }
        Ok(kept)
    }

    /// A part that was kept.
    pub fn part(&self, job: &str, part: &StoredPart) -> Part {
        Part {
            name: part.name.clone(),
            media_type: part.media_type.clone(),
            content: Content::Stored(self.path(job, &part.file)),
        }
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

fn unusable(error: &io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S030", format!("a file of a job cannot be written: {error}")))
}
