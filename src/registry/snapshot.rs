//! One registry at one moment.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Universe;
use crate::sql::Dialect;

/// Everything the compiler needs of a registry. Diffable JSON, without secrets and host names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Version of this format.
    pub format: u32,
    /// The database system.
    pub dialect: Dialect,
    /// The schema that holds the registry's tables; `None` where the dialect has none.
    pub namespace: Option<String>,
    /// Role (`collections`, `datasets`, …) → manager.
    pub managers: BTreeMap<String, Manager>,
    /// How collections are referenced from other tables.
    pub collection_key: CollectionKey,
    /// How `dataset.ingest_date` is stored.
    pub ingest_date: IngestDate,
    /// The dimension universe.
    pub universe: Universe,
    /// Governor dimension → its values: `instrument`, `skymap`.
    pub governors: BTreeMap<String, BTreeSet<String>>,
    /// Registered dataset types by name.
    pub dataset_types: BTreeMap<String, DatasetType>,
    /// Collections by name.
    pub collections: BTreeMap<String, Collection>,
    /// Registry tables that exist → their columns; what the SQL may name.
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// Installed PostgreSQL extensions → versions (`pg_sphere`, `postgis`); empty on SQLite.
    pub extensions: BTreeMap<String, String>,
}

/// A registry manager, from `butler_attributes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manager {
    /// Full Python class name.
    pub class: String,
    /// Schema version of the manager, `major.minor.patch`.
    pub version: String,
}

/// The collections manager's kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CollectionKey {
    /// `collection.collection_id`; other tables have `collection_id`, `run_id`.
    Integer,
    /// `collection.name`; other tables have `collection_name`, `run_name`.
    Name,
}

/// The datasets manager's kind of ingest date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IngestDate {
    /// `TIMESTAMP` without zone, UTC (manager 1.0).
    Timestamp,
    /// `BIGINT` nanoseconds TAI since 1970-01-01 TAI (manager 2.0).
    Nanoseconds,
}

/// A registered dataset type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetType {
    /// `dataset_type.id`.
    pub id: i64,
    /// Storage class name.
    pub storage_class: String,
    /// Required dimensions in the universe's order: the data ID columns of the tags table.
    pub required: Vec<String>,
    /// Implied dimensions in the universe's order.
    pub implied: Vec<String>,
    /// `dataset_tags_NNNNNNNN`.
    pub tags_table: String,
    /// `dataset_calibs_NNNNNNNN`, for calibrations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibs_table: Option<String>,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: CollectionType,
    /// Integer key, with [`CollectionKey::Integer`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Children of a chain, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
    /// Dataset types that it may contain (`collection_summary_dataset_type`).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dataset_types: BTreeSet<String>,
}

/// Butler's collection types; the numbers are those in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CollectionType {
    /// Holds datasets from their creation; each dataset is in exactly one.
    Run = 1,
    /// Holds chosen datasets.
    Tagged = 2,
    /// An ordered list of other collections.
    Chained = 3,
    /// Holds datasets with validity ranges.
    Calibration = 4,
}

impl Snapshot {
    /// The table in which a file datastore keeps its records, by Butler's default name or else the
    /// first one that has its columns.
    pub fn datastore_records(&self) -> Option<String> {
        let usual = |name: &&str| *name == "file_datastore_records";
        let mut all = self.all_datastore_records();
        let found = all.clone().find(usual).or_else(|| all.next());
        found.map(str::to_owned)
    }

    /// All tables with the columns of a file datastore's records: a chain of datastores has several.
    pub fn all_datastore_records(&self) -> impl Iterator<Item = &str> + Clone {
        let is_one = |columns: &BTreeSet<String>| {
            ["dataset_id", "path", "component", "file_size"]
                .iter()
                .all(|column| columns.contains(*column))
        };
        let tables = self.tables.iter();
        tables.filter(move |(_, columns)| is_one(columns)).map(|(name, _)| name.as_str())
    }
}
