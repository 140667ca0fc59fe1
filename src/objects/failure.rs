//! What a store says when it does not do what it is asked.
//!
//! The words of the client library hold whole documents, and URLs of hosts and objects. Here they
//! become one line: the code and the message of S3's error document, or the innermost cause.

use std::error::Error;

use object_store::Error as Cause;

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// Whether the bucket or the object is not there, so that another try is in vain.
    pub is_missing: bool,
    /// What happened, in one line without addresses.
    pub text: String,
}

/// Characters of a message that are shown.
const LONGEST: usize = 300;

impl Failure {
    /// What happened.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { is_missing: false, text: text.into() }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        let whole = cause.to_string();
        let document = element(&whole, "Code").map(|code| match element(&whole, "Message") {
            Some(message) => format!("{message} ({code})"),
            None => code.to_owned(),
        });
        let text = document.unwrap_or_else(|| match &cause {
            Cause::NotFound { .. } => "there is no such bucket or object".to_owned(),
            Cause::PermissionDenied { .. } | Cause::Unauthenticated { .. } => {
                "the credentials are refused".to_owned()
            }
            _ => innermost(&cause),
        });
        let text = text.chars().take(LONGEST).collect();
        Self { is_missing: matches!(cause, Cause::NotFound { .. }), text }
    }
}

/// The text of an element of S3's error document.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    Some(inner.trim()).filter(|inner| !inner.is_empty())
}

fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string().replace('\n', " ")
}
