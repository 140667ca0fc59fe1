//! SQL text: the dialects, quoting, and the layout of statements for human readers.
//!
//! In: sea-query trees. Out: SQL that a DBA enjoys reading. The two dialects are named here and in
//! [`crate::db`] only.

mod dialect;
pub mod layout;
mod number;
pub mod region;
mod text;

pub use dialect::Dialect;
