//! What the compiler knows of a registry: plain, serializable facts.
//!
//! In: what [`crate::db`] reads from a live database, or a JSON file written by `inspect`.
//! Out: a [`Snapshot`]. No I/O, so floors above run identically on either.

mod snapshot;
mod universe;

pub use snapshot::{
    Collection, CollectionKey, CollectionType, DatasetType, IngestDate, Manager, Snapshot,
};
pub use universe::{Element, Key, Metadata, ScalarType, Topology, Universe};
