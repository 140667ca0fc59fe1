//! The ObsCore data model: its columns, with all their faces.
//!
//! In: nothing; facts of ObsCore 1.1 (with its errata) and of Butler's ObsCore table. Out:
//! [`MANDATORY`], [`OPTIONAL`], [`butler`]: one definition each of name, type, unit, UCD, utype and
//! description, from which SQL casts, column comments, VOTable FIELDs and TAP_SCHEMA rows come.

pub mod butler;
mod mandatory;
mod optional;

pub use mandatory::MANDATORY;
pub use optional::OPTIONAL;

use serde::{Deserialize, Serialize};

/// The types that a view column can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text of any length.
    Text,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInt,
    /// Double.
    Double,
    /// Boolean.
    Boolean,
    /// UTC without zone, to the microsecond.
    Timestamp,
    /// pgSphere polygon.
    SpherePolygon,
    /// pgSphere point.
    SpherePoint,
}

/// A column of the data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name, lower case.
    pub name: &'static str,
    /// Type.
    pub kind: ColumnType,
    /// Unit in VOUnits; empty for none.
    pub unit: &'static str,
    /// UCD1+; empty for none.
    pub ucd: &'static str,
    /// Utype without the prefix `obscore:`; empty for none.
    pub utype: &'static str,
    /// Whether TAP_SCHEMA recommends it to users first.
    pub principal: bool,
    /// Description in one line.
    pub description: &'static str,
}

impl Column {
    const fn new(
        name: &'static str,
        kind: ColumnType,
        unit: &'static str,
        ucd: &'static str,
        utype: &'static str,
        description: &'static str,
    ) -> Self {
        Self { name, kind, unit, ucd, utype, principal: true, description }
    }

    const fn secondary(mut self) -> Self {
        self.principal = false;
        self
    }
}

/// The standard's column with that name, mandatory or optional.
pub fn standard(name: &str) -> Option<&'static Column> {
    MANDATORY.iter().chain(OPTIONAL).find(|column| column.name == name)
}
