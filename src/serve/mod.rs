//! The service: HTTP in front of the compiler.
//!
//! In: requests. Out: the documents of TAP 1.1, UWS 1.1 and VOSI 1.1, answers of queries, jobs that
//! outlive the process, files of datasets. Nothing here builds SQL or knows a database.

mod ask;
pub mod datalink;
pub mod datasets;
mod discreet;
mod engine;
pub mod failure;
pub mod fetch;
pub mod files;
pub mod http;
pub mod jobs;
mod offers;
pub mod page;
pub mod parameters;
pub mod query;
pub mod resolve;
mod service;
pub mod settings;
pub mod sia;
pub mod soda;
mod sync;
mod tap;
pub mod uws;
pub mod vosi;
mod xml;

pub use ask::Asker;
pub use engine::{answer, probe, upload_limits};
pub use offers::{examples, functions};
pub use service::{Offered, Probe, Service};
pub use tap::Queries;
