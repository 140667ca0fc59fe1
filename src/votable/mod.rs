//! VOTable 1.5, written as a stream; VOTables of all versions, read as one ([`read`]).
//!
//! In: what a table is about ([`Document`], [`Field`]) and its rows, cell by cell. Out: a document
//! that can be closed at any row ([`Writer::end`]) with a QUERY_STATUS that says why, as DALI 1.1
//! section 4.4 wants it; or, where nothing can be delivered, a document with the error alone
//! ([`error_document`]). Follows IVOA VOTable 1.5; the order of elements is that of its schema.
//! Knows nothing of what the columns mean.

pub mod binary;
mod descriptor;
mod document;
pub mod element;
mod field;
pub mod number;
pub mod read;
mod shape;
mod tabledata;
mod writer;

pub use descriptor::{Descriptor, Param};
pub use document::{Coosys, Document, Info, Timesys, Version};
pub use field::{Datatype, Field};
pub use shape::Shape;
pub use tabledata::escape;
pub use writer::{Serialization, Value, Writer, error_document, header_document};
