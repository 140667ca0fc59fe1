//! What a service has: schemas, tables, columns and keys, as plain data.
//!
//! In: the columns of a view plan, the dimension universe, the standard's own tables. Out: a
//! [`Catalog`], the one definition from which names and types of queries, TAP_SCHEMA, VOSI tables and
//! VOTable FIELDs come. Follows TAP 1.1 section 4 and VODataService 1.2.

mod column;
mod names;
mod table;
pub mod tap_schema;

pub use column::{Column, Frame, Type};
pub use names::{Known, Matched, written, written_table};
pub use table::{Catalog, ForeignKey, Schema, Table, TableKind};
