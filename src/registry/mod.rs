//! What the compiler knows of a registry: plain, serializable facts.
//!
//! In: what [`crate::db`] reads from a live database, or a JSON file written by `inspect`.
//! Out: a [`Snapshot`]. No I/O, so floors above run identically on either.

mod compatibility;
mod group;
mod snapshot;
mod snapshot_json;
mod summary;
mod universe;
mod universe_json;

pub use compatibility::{check_core, collection_key, ingest_date, managers, schema_findings};
pub use group::{Group, UnknownDimension};
pub use snapshot::{
    Collection, CollectionKey, CollectionType, DatasetType, IngestDate, Manager, Snapshot,
};
pub use snapshot_json::FORMAT;
pub use universe::{Element, Key, Metadata, ScalarType, Skypix, Topology, Universe};
pub use universe_json::UNIVERSE_ATTRIBUTE;
