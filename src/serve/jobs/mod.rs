//! Jobs that outlive the process.
//!
//! In: requests of clients, and workers. Out: [`Job`](super::uws::Job)s; their results and uploads
//! as files in a folder, or in a bucket. Phases change in the store by one conditional change each,
//! so of an ABORT and a completion that race exactly one happens. Several processes may share store
//! and files.

mod control;
mod files;
mod folder;
mod record;
pub mod resource;
mod store;
mod work;

pub use crate::db::jobs::Table;
pub use files::Files;
pub use record::Outcome;
pub use store::{Asked, Limits, Store};
pub use work::{Pace, Task, Work, work};
