//! Answers that have nothing but an error.
//!
//! In: the format that was asked for and a message. Out: a document in that format if it can hold an
//! error (VOTable, JSON, HTML), else plain text, as DALI 1.1 section 4.3 allows; and its Content-Type.

use super::html::Html;
use super::json::JsonTable;
use super::{About, Format, Requested};
use crate::diag::Result;
use crate::stream::sink::unwritable;
use crate::stream::{Sink, Status};
use crate::votable::error_document;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDocument {
    /// Its Content-Type.
    pub content_type: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

impl ErrorDocument {
    /// The document that tells `message` to who asked for `requested`; `about` need not have columns.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn new(requested: &Requested, about: &About, message: &str) -> Result<Self> {
        let status = Status::Error(message.to_owned());
        let mut body = Vec::new();
        let content_type = match requested.format {
            Format::VoTable { version, .. } => {
                body = error_document(body, &about.document(version), message)
                    .map_err(|error| unwritable(&error))?;
                requested.content_type.clone()
            }
            Format::Json => {
                JsonTable::new(&mut body, about).finish(&status)?;
                requested.content_type.clone()
            }
            Format::Html => {
                Html::new(&mut body, about.clone()).finish(&status)?;
                requested.content_type.clone()
            }
            _ => {
                body.extend_from_slice(message.as_bytes());
                body.push(b'\n');
                Format::Text.media_type()
            }
        };
        Ok(Self { content_type, body })
    }
}
