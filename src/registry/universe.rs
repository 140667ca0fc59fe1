//! The dimension universe, as `butler_attributes` holds it (`config:dimensions.json`).
//!
//! In: nothing; plain data. Out: lookups that every floor above needs. Terms follow
//! `lsst.daf.butler.dimensions.DimensionUniverse`.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::sql::Dialect;

/// All dimension elements of a registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Universe {
    /// `daf_butler` from version 1 on; version 0 has none and is read as `daf_butler`.
    pub namespace: String,
    /// 0 to 8 are known.
    pub version: u32,
    /// The common skypix dimension: `htm7`.
    pub common_skypix: String,
    /// Element name → element (dimensions and join tables) in Butler's own order, in which
    /// dependencies come first. Skypix dimensions are not among them.
    pub elements: IndexMap<String, Element>,
    /// Skypix system (`htm`, `healpix`) → levels; its dimensions are called `htm7`.
    #[serde(default)]
    pub skypix: IndexMap<String, Skypix>,
    /// Families of elements that carry regions or timespans.
    pub topology: Topology,
}

/// A hierarchical pixelization of the sky.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skypix {
    /// Coarsest level that is a dimension.
    pub min_level: u32,
    /// Finest level that is a dimension.
    pub max_level: u32,
}

/// A dimension, or a table that joins dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // the universe's own flags
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
    #[serde(default)]
    pub spatial: IndexMap<String, Vec<String>>,
    /// Family name → elements with timespans.
    #[serde(default)]
    pub temporal: IndexMap<String, Vec<String>>,
}

impl Universe {
    /// All required dimensions of an element, itself included if it is a dimension, in the
    /// universe's order: the element's primary key. Just itself for a skypix dimension; empty for
    /// an unknown name.
    pub fn required_columns(&self, element: &str) -> Vec<String> {
        let Some(start) = self.elements.get(element) else {
            return self.skypix_level(element).map(|_| element.to_owned()).into_iter().collect();
        };
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut todo: Vec<&str> = start.requires.iter().map(String::as_str).collect();
        while let Some(name) = todo.pop() {
            if found.insert(name) {
                let requires = self.elements.get(name).map(|element| &element.requires);
                todo.extend(requires.into_iter().flatten().map(String::as_str));
            }
        }
        if start.is_dimension() {
            found.insert(element);
        }
        self.order().into_iter().filter(|name| found.contains(name.as_str())).collect()
    }

    /// The column of table `element` that holds the key of `dimension`: `id` or `name` in the
    /// dimension's own table, else the dimension's name.
    pub fn key_column<'a>(&'a self, element: &str, dimension: &'a str) -> &'a str {
        if element == dimension
            && let Some(key) = self.elements.get(element).and_then(|element| element.keys.first())
        {
            return &key.name;
        }
        dimension
    }

    /// All columns that the table of a dimension element has; none for an unknown name.
    pub fn table_columns(&self, name: &str, dialect: Dialect) -> Vec<String> {
        let Some(element) = self.elements.get(name) else { return Vec::new() };
        let required = self.required_columns(name);
        let mut columns: Vec<String> =
            required.iter().map(|dimension| self.key_column(name, dimension).to_owned()).collect();
        let fields = element.keys.iter().skip(1).chain(&element.metadata);
        columns.extend(element.implies.iter().cloned());
        columns.extend(fields.map(|field| field.name.clone()));
        if element.spatial {
            columns.push("region".to_owned());
        }
        if element.temporal {
            columns.extend(dialect.timespan_columns().iter().map(|&name| name.to_owned()));
        }
        columns
    }

    /// The governor dimensions (`instrument`, `skymap`).
    pub fn governors(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter(|(_, element)| element.governor).map(|(name, _)| name.as_str())
    }

    /// A metadata column or a key of `element`, by name.
    pub fn field(&self, element: &str, name: &str) -> Option<&Key> {
        let element = self.elements.get(element)?;
        element.keys.iter().chain(&element.metadata).find(|field| field.name == name)
    }

    /// Whether there is a dimension of that name, skypix dimensions included.
    pub fn is_dimension(&self, name: &str) -> bool {
        self.elements.get(name).is_some_and(Element::is_dimension)
            || self.skypix_level(name).is_some()
    }

    /// System and level of a skypix dimension (`htm7`: `htm` and 7).
    pub fn skypix_level<'a>(&self, name: &'a str) -> Option<(&'a str, u32)> {
        let (system, digits) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
        let level: u32 = digits.parse().ok()?;
        let known = self.skypix.get(system)?;
        let spelled = level.to_string() == digits;
        (spelled && (known.min_level..=known.max_level).contains(&level)).then_some((system, level))
    }

    /// Names of all elements and skypix dimensions in Butler's order. Skypix systems have no
    /// dependencies, so they sort by name among the elements that have none either, which come
    /// first.
    pub fn order(&self) -> Vec<String> {
        let mut systems = self.skypix.iter().peekable();
        let mut order = Vec::new();
        let levels = |(name, levels): (&String, &Skypix)| -> Vec<String> {
            (levels.min_level..=levels.max_level).map(|level| format!("{name}{level}")).collect()
        };
        for (name, element) in &self.elements {
            let first_round = element.requires.is_empty() && element.implies.is_empty();
            while let Some(system) = systems.next_if(|(system, _)| !first_round || *system < name) {
                order.extend(levels(system));
            }
            order.push(name.clone());
        }
        order.extend(systems.flat_map(levels));
        order
    }
}
