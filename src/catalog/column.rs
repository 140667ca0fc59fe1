//! Columns: of tables, of uploads, and of results.

use serde::{Deserialize, Serialize};

use crate::obscore::ColumnType;
use crate::votable::{Datatype, Field};

/// A column with all that clients are told about it. Texts that are empty stand for absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Name without quotes.
    pub name: String,
    /// Type.
    pub kind: Type,
    /// Unit in VOUnits.
    pub unit: String,
    /// UCD1+.
    pub ucd: String,
    /// Utype with its prefix.
    pub utype: String,
    /// Description.
    pub description: String,
    /// Whether conditions on it are fast.
    pub indexed: bool,
    /// Whether clients show it first.
    pub principal: bool,
    /// Whether a standard defines it.
    pub std: bool,
    /// The frame that its values are in.
    pub frame: Option<Frame>,
}

/// What values are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// ICRS.
    Sky,
    /// MJD in UTC.
    Mjd,
    /// Calendar dates in UTC.
    Utc,
}

/// The types of ADQL (section 3.5), and what uploads have beyond them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Boolean, which ADQL has no literals for.
    Boolean,
    /// SMALLINT.
    Short,
    /// INTEGER.
    Integer,
    /// BIGINT.
    Long,
    /// REAL.
    Real,
    /// DOUBLE PRECISION.
    Double,
    /// CHAR and VARCHAR of any length, in ASCII.
    Text,
    /// CHAR and VARCHAR of any length, in any characters.
    Unicode,
    /// TIMESTAMP: in UTC, `YYYY-MM-DDThh:mm:ss.ffffff` as text.
    Timestamp,
    /// POINT; as a result DALI's two numbers.
    Point,
    /// CIRCLE; as a result DALI's three numbers.
    Circle,
    /// POLYGON; as a result DALI's pairs of numbers.
    Polygon,
    /// REGION; as a result STC-S text.
    Region,
    /// Values that can be handed through and compared with NULL only: arrays, complex numbers, bits.
    /// They are written as in TABLEDATA.
    Opaque {
        /// VOTable's primitive type.
        datatype: Datatype,
        /// VOTable's arraysize; empty for scalars.
        arraysize: String,
        /// Extended type; empty for none.
        xtype: String,
    },
}

impl Type {
    /// VOTable's primitive type.
    pub fn datatype(&self) -> Datatype {
        match self {
            Self::Boolean => Datatype::Boolean,
            Self::Short => Datatype::Short,
            Self::Integer => Datatype::Int,
            Self::Long => Datatype::Long,
            Self::Real => Datatype::Float,
            Self::Double | Self::Point | Self::Circle | Self::Polygon => Datatype::Double,
            Self::Text | Self::Timestamp | Self::Region => Datatype::Char,
            Self::Unicode => Datatype::UnicodeChar,
            Self::Opaque { datatype, .. } => *datatype,
        }
    }

    /// VOTable's arraysize; empty for scalars.
    pub fn arraysize(&self) -> &str {
        match self {
            Self::Text | Self::Unicode | Self::Timestamp | Self::Region | Self::Polygon => "*",
            Self::Point => "2",
            Self::Circle => "3",
            Self::Opaque { arraysize, .. } => arraysize,
            _ => "",
        }
    }

    /// VOTable's xtype; empty for none.
    pub fn xtype(&self) -> &str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Point => "point",
            Self::Circle => "circle",
            Self::Polygon => "polygon",
            Self::Region => "adql:REGION",
            Self::Opaque { xtype, .. } => xtype,
            _ => "",
        }
    }

    /// Whether it is a number.
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || matches!(self, Self::Real | Self::Double)
    }

    /// Whether it is an integer of any width.
    pub fn is_integer(&self) -> bool {
        matches!(self, Self::Short | Self::Integer | Self::Long)
    }

    /// Whether it is text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Unicode)
    }

    /// Whether it is a geometry.
    pub fn is_geometry(&self) -> bool {
        matches!(self, Self::Point | Self::Circle | Self::Polygon | Self::Region)
    }

    /// Its name in ADQL.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::Short => "SMALLINT",
            Self::Integer => "INTEGER",
            Self::Long => "BIGINT",
            Self::Real => "REAL",
            Self::Double => "DOUBLE PRECISION",
            Self::Text | Self::Unicode => "VARCHAR",
            Self::Timestamp => "TIMESTAMP",
            Self::Point => "POINT",
            Self::Circle => "CIRCLE",
            Self::Polygon => "POLYGON",
            Self::Region => "REGION",
            Self::Opaque { .. } => "an array or complex number",
        }
    }

    /// The type of SQL that holds its values on their way; geometries and arrays go as text.
    pub fn carrier(&self) -> ColumnType {
        match self {
            Self::Boolean => ColumnType::Boolean,
            Self::Short | Self::Integer => ColumnType::Integer,
            Self::Long => ColumnType::BigInt,
            Self::Real | Self::Double => ColumnType::Double,
            Self::Timestamp => ColumnType::Timestamp,
            _ => ColumnType::Text,
        }
    }
}

impl From<ColumnType> for Type {
    fn from(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text,
            ColumnType::Integer => Self::Integer,
            ColumnType::BigInt => Self::Long,
            ColumnType::Double => Self::Double,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Timestamp => Self::Timestamp,
            ColumnType::SpherePolygon => Self::Polygon,
            ColumnType::SpherePoint => Self::Point,
        }
    }
}

impl Column {
    /// A column without metadata.
    pub fn new(name: impl Into<String>, kind: Type) -> Self {
        Self {
            name: name.into(),
            kind,
            unit: String::new(),
            ucd: String::new(),
            utype: String::new(),
            description: String::new(),
            indexed: false,
            principal: false,
            std: false,
            frame: None,
        }
    }

    /// The FIELD of a result; its reference is left to the document that has the frames.
    pub fn field(&self) -> Field {
        Field {
            id: String::new(),
            name: self.name.clone(),
            datatype: self.kind.datatype(),
            arraysize: self.kind.arraysize().to_owned(),
            xtype: self.kind.xtype().to_owned(),
            unit: self.unit.clone(),
            ucd: self.ucd.clone(),
            utype: self.utype.clone(),
            reference: String::new(),
            description: self.description.clone(),
        }
    }
}
