//! Files that come with a request.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempPath;

/// A part of a multipart body.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name, which `param:` refers to.
    pub name: String,
    /// Its media type, as the client says.
    pub media_type: Option<String>,
    /// Its bytes.
    pub content: Content,
}

/// Bytes, wherever they are; cheap to clone. A temporary file goes with the last clone.
#[derive(Clone)]
pub enum Content {
    /// In memory.
    Memory(Bytes),
    /// In a temporary file.
    Temporary(Arc<TempPath>, u64),
    /// In a file that stays.
    Stored(PathBuf),
}

impl Content {
    /// A reader from the beginning.
    ///
    /// # Errors
    /// Those of the file.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
            Self::Temporary(path, _) => Box::new(File::open(&**path)?),
            Self::Stored(path) => Box::new(File::open(path)?),
        })
    }

    /// Number of bytes.
    ///
    /// # Errors
    /// Those of the file.
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::Memory(bytes) => Ok(bytes.len() as u64),
            Self::Temporary(_, size) => Ok(*size),
            Self::Stored(path) => Ok(path.metadata()?.len()),
        }
    }

    /// Writes the bytes to a file that stays.
    ///
    /// # Errors
    /// Those of the file.
    pub fn store(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        io::copy(&mut self.open()?, &mut file)?;
        file.sync_all()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Temporary(path, size) => write!(f, "{size} bytes in {}", path.display()),
            Self::Stored(path) => write!(f, "{}", path.display()),
        }
    }
}
