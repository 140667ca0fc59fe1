//! What is wrong with a FITS file.

/// Why a file, or a part of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not as the standard wants it.
    #[error("{0}")]
    Damaged(String),
    /// It is right, and not understood here.
    #[error("{0}")]
    Unsupported(String),
    /// It would take more memory than it may.
    #[error("{0}")]
    TooLarge(String),
    /// The system cannot read it.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// The file is damaged.
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::Damaged(message.into())
    }

    /// The file has something that is not understood.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported(message.into())
    }
}

/// The result of reading.
pub type Result<T> = std::result::Result<T, Error>;
