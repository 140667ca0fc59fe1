//! Literal values, as YAML scalars and SQL constants carry them.
//!
//! In: scalars of a mapping. Out: typed constants for the plan. Types follow pydantic's strict
//! unions in Butler's `ObsCoreConfig.extra_columns`: float, int, bool, str.

use serde::{Deserialize, Serialize};

/// A constant of one of the four types that a mapping can hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Float(f64),
    /// Text.
    String(String),
}
