//! Uploads and results of jobs: files in a folder, or objects in a bucket.
//!
//! In: parts of requests, and what a query writes. Out: the same under names that are made here, and
//! never by a client; a job's files lie below its identifier.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use futures::StreamExt;
use tempfile::{NamedTempFile, TempPath};
use uuid::Uuid;

use super::folder::Folder;
use super::record::StoredPart;
use crate::db::Environment;
use crate::diag::{Diagnostic, Result};
use crate::objects::{Address, Bucket, Failure, Object, Upload};
use crate::serve::parameters::{Content, Part};
use crate::serve::query::Output;

/// Where files of jobs are.
#[derive(Debug, Clone)]
pub struct Files(Place);

#[derive(Debug, Clone)]
enum Place {
    Folder(Folder),
    Bucket(Bucket),
}

/// A result that is being written. It is removed unless it is finished.
#[derive(Debug)]
pub struct Growing {
    /// Its name.
    pub file: String,
    place: GrowingIn,
}

#[derive(Debug)]
enum GrowingIn {
    Folder(TempPath),
    Bucket(Upload),
}

impl Files {
    /// Files in a folder, which is made.
    ///
    /// # Errors
    /// S007.
    pub fn folder(root: &Path) -> Result<Self> {
        Ok(Self(Place::Folder(Folder::open(root)?)))
    }

    /// Objects in a bucket, in which they can be written and read now.
    ///
    /// # Errors
    /// S008.
    pub async fn bucket(address: &Address, environment: &Environment) -> Result<Self> {
        let refused = |failure: Failure| {
            let message = format!("the object store {address} cannot be used: {failure}");
            Diagnostic::error("S008", message).help(
                "credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
                 AWS_SESSION_TOKEN, or from a role of the machine; the region from AWS_REGION; the \
                 endpoint of a store that is not Amazon's from AWS_ENDPOINT_URL",
            )
        };
        let bucket = Bucket::open(address, environment).map_err(refused)?;
        bucket.check().await.map_err(refused)?;
        Ok(Self(Place::Bucket(bucket)))
    }

    /// Keeps the parts of a request.
    ///
    /// # Errors
    /// S030, S034.
    pub async fn keep(&self, job: &str, parts: &[Part]) -> Result<Vec<StoredPart>> {
        let mut kept = Vec::new();
        for part in parts {
            let file = named("part");
            let content = part.content.clone();
            match &self.0 {
                Place::Folder(folder) => {
                    let path = folder.reserve(job, &file).map_err(|e| unusable(&e))?;
                    blocking(move || content.store(&path)).await.map_err(|e| unusable(&e))?;
                }
                Place::Bucket(bucket) => {
                    let (mut writer, upload) = bucket.create(&[job, &file]);
                    let copied = blocking(move || {
                        io::copy(&mut content.open()?, &mut writer)?;
                        writer.flush()
                    });
                    let copied = copied.await;
                    finished(upload, copied.map_err(|e| unusable(&e))).await?;
                }
            }
            let (name, media_type) = (part.name.clone(), part.media_type.clone());
            kept.push(StoredPart { name, media_type, file });
        }
        Ok(kept)
    }

    /// A part that was kept, as a file of this machine.
    ///
    /// # Errors
    /// S030, S034.
    pub async fn part(&self, job: &str, part: &StoredPart) -> Result<Part> {
        let content = match &self.0 {
            Place::Folder(folder) => Content::Stored(folder.path(job, &part.file)),
            Place::Bucket(_) => {
                let mut object = self.read(job, &part.file).await?;
                let mut file = NamedTempFile::new().map_err(|e| unusable(&e))?;
                while let Some(piece) = object.pieces.next().await {
                    file.write_all(&piece.map_err(|e| unread(&e))?).map_err(|e| unusable(&e))?;
                }
                Content::Temporary(file.into_temp_path().into(), object.size)
            }
        };
        Ok(Part { name: part.name.clone(), media_type: part.media_type.clone(), content })
    }

    /// A new result, and what to write it to.
    ///
    /// # Errors
    /// S030.
    pub fn create(&self, job: &str) -> Result<(Output, Growing)> {
        let file = named("result");
        let (output, place): (Output, _) = match &self.0 {
            Place::Folder(folder) => {
                let made = folder
                    .reserve(job, &file)
                    .and_then(|path| Ok((File::create(&path)?, TempPath::try_from_path(path)?)));
                let (file, path) = made.map_err(|e| unusable(&e))?;
                (Box::new(BufWriter::new(file)), GrowingIn::Folder(path))
            }
            Place::Bucket(bucket) => {
                let (writer, upload) = bucket.create(&[job, &file]);
                (Box::new(writer), GrowingIn::Bucket(upload))
            }
        };
        Ok((output, Growing { file, place }))
    }

    /// What is in a file of a job.
    ///
    /// # Errors
    /// S030, S034.
    pub async fn read(&self, job: &str, file: &str) -> Result<Object> {
        match &self.0 {
            Place::Folder(folder) => folder.read(job, file).await.map_err(|error| {
                let message = format!("a file of a job cannot be read: {error}");
                Box::new(Diagnostic::error("S030", message))
            }),
            Place::Bucket(bucket) => {
                let object = bucket.object(&[job, file]).await;
                object.map_err(|failure| match failure.is_missing {
                    true => Box::new(Diagnostic::error("S030", "a file of a job is gone")),
                    false => unread(&failure),
                })
            }
        }
    }

    /// Removes all files of a job; that there are none is as good.
    pub fn remove(&self, job: &str) {
        match &self.0 {
            Place::Folder(folder) => folder.remove(job),
            Place::Bucket(bucket) => bucket.remove(&[job]),
        }
    }

    /// Removes a file of a job.
    pub fn remove_file(&self, job: &str, file: &str) {
        match &self.0 {
            Place::Folder(folder) => folder.remove_file(job, file),
            Place::Bucket(bucket) => bucket.remove(&[job, file]),
        }
    }

    /// Waits for what is still being removed.
    pub async fn close(&self) {
        if let Place::Bucket(bucket) = &self.0 {
            bucket.close().await;
        }
    }
}

impl Growing {
    /// Keeps the result for good when `written` says that it is whole; its number of bytes.
    ///
    /// # Errors
    /// S030, S034, and that of `written` unless it is only what a store that failed led to.
    pub async fn finish<T>(self, written: Result<T>) -> Result<u64> {
        match self.place {
            GrowingIn::Folder(path) => {
                written?;
                let kept = path.keep().map_err(|error| error.error);
                let size = kept.and_then(|path| path.metadata());
                Ok(size.map_err(|e| unusable(&e))?.len())
            }
            GrowingIn::Bucket(upload) => finished(upload, written).await,
        }
    }
}

async fn finished<T>(upload: Upload, written: Result<T>) -> Result<u64> {
    let done = match written {
        Ok(_) => upload.finish().await,
        Err(error) => Err(upload.failure().ok_or(error)?),
    };
    done.map_err(|failure| {
        tracing::error!(%failure, "the object store did not take a file");
        Box::new(
            Diagnostic::error("S034", "the object store of the service did not take a file")
                .help("try again later"),
        )
    })
}

fn named(kind: &str) -> String {
    format!("{kind}-{}", Uuid::new_v4().simple())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|lost| Err(io::Error::other(lost)))
}

fn unusable(error: &io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S030", format!("a file of a job cannot be kept: {error}")))
}

fn unread(failure: &dyn std::fmt::Display) -> Box<Diagnostic> {
    tracing::error!(%failure, "the object store did not give a file");
    let message = "the object store of the service did not give a file";
    Box::new(Diagnostic::error("S034", message).help("try again later"))
}
