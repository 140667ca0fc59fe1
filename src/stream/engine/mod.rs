//! Questions and their answers.
//!
//! In: ADQL, the repositories that a service has, uploads. Out: rows in a [`Sink`], from one snapshot of
//! each registry. A database that can answer a question by itself does; for what only this process can
//! compute (geometries of a registry on PostgreSQL, joins between repositories) the rows that matter are
//! brought to a private SQLite database, and the question is asked there.

mod ask;
mod held;
mod keep;
mod near;
mod places;
mod plain;
mod probes;
mod running;
mod service;
mod site;
mod spatial;
mod stage;
mod statement;
mod texts;
mod top;
mod unusual;
mod upload;

pub use ask::{Answered, Prepared};
pub use service::{Limits, Service, with_functions};
pub use site::{Published, Site};
pub use statement::{Read, Statement};
pub use upload::Upload;

use super::{Sink, Status, Summary};
