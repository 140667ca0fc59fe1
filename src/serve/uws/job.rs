//! A job.

use serde::{Deserialize, Serialize};

use super::{Instant, Phase};

/// Everything that a job's document says.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The last part of its URL.
    pub id: String,
    /// RUNID, as the client gave it.
    pub run_id: Option<String>,
    /// Who it belongs to; `None` when it was made anonymously.
    pub owner: Option<String>,
    /// Where it is in its life.
    pub phase: Phase,
    /// When it is expected to end.
    pub quote: Option<Instant>,
    /// When it was made.
    pub created: Instant,
    /// When work began.
    pub started: Option<Instant>,
    /// When work ended, however it did.
    pub ended: Option<Instant>,
    /// The most seconds that it may run; 0 for no limit.
    pub duration: u32,
    /// When it will be removed; `None` for never.
    pub destruction: Option<Instant>,
    /// What was asked for, in the order in which it came.
    pub parameters: Vec<Parameter>,
    /// What came out.
    pub results: Vec<JobResult>,
    /// Why it failed or was stopped.
    pub error: Option<ErrorSummary>,
}

/// A parameter of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name; in capitals, but for that of an upload's part.
    pub id: String,
    /// Value as it was sent; empty for a part, whose bytes are kept elsewhere.
    pub value: String,
    /// Whether this is a part of a request, to be read at a URL of its own.
    pub by_reference: bool,
}

/// A result of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobResult {
    /// Name; TAP's is `result`.
    pub id: String,
    /// Media type with its parameters.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// A name for it as a file, of one that goes to clients as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorSummary {
    /// For people, in one line.
    pub message: String,
    /// All there is to say, for the error document.
    pub detail: String,
    /// Whether the same job may succeed another time.
    pub transient: bool,
}

impl Parameter {
    /// A parameter with its value.
    pub fn new(id: impl Into<String>, value: impl Into<String>) -> Self {
        Self { id: id.into(), value: value.into(), by_reference: false }
    }
}
