//! Jobs of the Universal Worker Service as data and documents.
//!
//! In: what is known of a job. Out: its XML and that of its parts, whether a change of phase is
//! legal, which jobs of a list are asked for. Follows IVOA UWS 1.1; the order of elements is that of
//! its schema. Nothing here does anything.

mod document;
mod filter;
mod instant;
mod job;
mod phase;

pub use document::{job, job_list, parameters, results};
pub use filter::{Filter, Wait};
pub use instant::Instant;
pub use job::{ErrorSummary, Job, JobResult, Parameter};
pub use phase::{Event, Phase};
