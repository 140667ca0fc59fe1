//! Jobs as texts in the store and back.

use serde::{Deserialize, Serialize};

use crate::db::jobs::Record;
use crate::diag::{Diagnostic, Result};
use crate::serve::uws::{ErrorSummary, Instant, Job, JobResult, Parameter, Phase};

/// What a job was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Values, in the order in which they came.
    pub values: Vec<(String, String)>,
    /// Files that came with them.
    pub parts: Vec<StoredPart>,
}

/// A file that came with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPart {
    /// Name of the part.
    pub name: String,
    /// Media type, as the client said.
    pub media_type: Option<String>,
    /// Name of the file in the job's folder.
    pub file: String,
}

/// What came out of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Results with the names of their files in the job's folder.
    pub results: Vec<(JobResult, String)>,
    /// Why there are none.
    pub error: Option<ErrorSummary>,
}

/// A text of the store.
pub fn write<T: Serialize>(value: &T) -> String {
    // Texts, numbers and lists: there is nothing that could fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// A text of the store; one that is empty has not been written yet.
pub fn read<T: Default + for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|error| {
        Box::new(Diagnostic::error("R029", format!("a stored job cannot be read: {error}")))
    })
}

/// The job of a record.
pub fn job(record: &Record) -> Result<Job> {
    let request: Request = read(&record.request)?;
    let outcome: Outcome = read(&record.outcome)?;
    Ok(Job {
        id: record.id.clone(),
        run_id: record.run_id.clone(),
        owner: record.owner.clone(),
        phase: Phase::named(&record.phase).unwrap_or(Phase::Unknown),
        quote: record.quote.map(Instant),
        created: Instant(record.created),
        started: record.started.map(Instant),
        ended: record.ended.map(Instant),
        duration: u32::try_from(record.duration).unwrap_or(0),
        destruction: record.destruction.map(Instant),
        parameters: parameters(&request),
        results: outcome.results.into_iter().map(|(result, _)| result).collect(),
        error: outcome.error,
    })
}

/// Every name once, as documents want it: uploads are joined as in TAP 1.0. Parts are parameters of
/// their own, to be read by reference.
fn parameters(request: &Request) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for (name, value) in &request.values {
        let known = parameters.iter_mut().find(|known| known.id == *name && name == "UPLOAD");
        match known {
            Some(known) => known.value.push_str(&format!(";{value}")),
            None => parameters.push(Parameter::new(name, value)),
        }
    }
    let parts = request.parts.iter();
    parameters.extend(
        parts.map(|part| Parameter { by_reference: true, ..Parameter::new(&part.name, "") }),
    );
    parameters
}
