//! VOTable 1.5, written as a stream.
//!
//! In: what a table is about ([`Document`], [`Field`]) and its rows, cell by cell. Out: a document
//! that can be closed at any row ([`Writer::end`]) with a QUERY_STATUS that says why, as DALI 1.1
//! section 4.4 wants it. Follows IVOA VOTable 1.5; the order of elements is that of its schema.
//! Knows nothing of what the columns mean.

mod binary2;
mod document;
mod field;
mod tabledata;
mod writer;

pub use document::{Coosys, Document, Info, Timesys};
pub use field::{Datatype, Field};
pub use writer::{Serialization, Value, Writer};
