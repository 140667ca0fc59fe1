//! SQL text: the dialects, quoting, and the layout of statements for human readers.
//!
//! In: sea-query trees. Out: SQL that a DBA enjoys reading. The two dialects are named here and in
//! [`crate::db`] only.

mod adql;
mod dialect;
mod digits;
mod escape;
mod instant;
mod keys;
pub mod layout;
mod number;
mod parameters;
mod pattern;
pub mod region;
mod shortest;
pub mod sqlite_functions;
mod text;
mod timespan;

pub use dialect::Dialect;
pub use parameters::Parameters;
pub use timespan::Timespan;
