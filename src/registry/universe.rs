//! The dimension universe, as `butler_attributes` holds it (`config:dimensions.json`).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// All dimension elements of a registry, in the order of its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Universe {
    /// `daf_butler` from version 1 on; version 0 has none and is read as `daf_butler`.
    pub namespace: String,
    /// 0 to 8 are known.
    pub version: u32,
    /// The common skypix dimension: `htm7`.
    pub common_skypix: String,
    /// Element name → element (dimensions and join tables).
    pub elements: IndexMap<String, Element>,
    /// Families of elements that carry regions or timespans.
    pub topology: Topology,
}

/// A dimension, or a table that joins dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Element {
    /// Description, from the universe.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Own keys: the first is the primary key; empty for join tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// Required dimensions named in the configuration (direct ones, without itself).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Dimensions that this one determines; columns of the same names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implies: Vec<String>,
    /// Other columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Metadata>,
    /// Whether it is a governor dimension (instrument, skymap).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub governor: bool,
    /// Whether Butler joins it to every query that has all its dimensions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always_join: bool,
    /// Whether it has no table of its own but is a view of another element (`band`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_of: Option<String>,
    /// Whether the table has a `region` column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spatial: bool,
    /// Whether the table has a timespan.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temporal: bool,
}

/// A key of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Column name (`id`, `name`).
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ScalarType,
    /// Maximal length of a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
}

/// A metadata column of an element; same shape as a key.
pub type Metadata = Key;

/// The scalar types of dimension columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScalarType {
    /// 64-bit integer.
    Int,
    /// Text.
    String,
    /// Double.
    Float,
    /// Boolean.
    Bool,
    /// Digest, stored as base64 or bytes.
    Hash,
}

/// Families, each with its members from the most to the least specific.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Topology {
    /// Family name → elements with regions (`observation_regions`: `visit_detector_region`, `visit`).
    pub spatial: IndexMap<String, Vec<String>>,
    /// Family name → elements with timespans.
    pub temporal: IndexMap<String, Vec<String>>,
}
