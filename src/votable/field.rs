//! FIELD elements.

use serde::{Deserialize, Serialize};

/// The primitive types that tables of this program have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Datatype {
    /// Boolean.
    Boolean,
    /// Bits, a byte for up to eight.
    Bit,
    /// 8-bit integer without sign.
    UnsignedByte,
    /// 16-bit integer.
    Short,
    /// 32-bit integer.
    Int,
    /// 64-bit integer.
    Long,
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// Two 32-bit floating-point numbers.
    FloatComplex,
    /// Two 64-bit floating-point numbers.
    DoubleComplex,
    /// ASCII text.
    Char,
    /// Text with any characters.
    UnicodeChar,
}

impl Datatype {
    /// Its name in a FIELD.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Bit => "bit",
            Self::UnsignedByte => "unsignedByte",
            Self::Short => "short",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::FloatComplex => "floatComplex",
            Self::DoubleComplex => "doubleComplex",
            Self::Char => "char",
            Self::UnicodeChar => "unicodeChar",
        }
    }

    /// Whether it is text, which has a length.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Char | Self::UnicodeChar)
    }
}

/// A column. Texts that are empty stand for absent attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// XML ID, for services that refer to its values.
    pub id: String,
    /// Name.
    pub name: String,
    /// Type.
    pub datatype: Datatype,
    /// Number of elements (`*`, `2`, `3x*`); empty for scalars.
    pub arraysize: String,
    /// Extended type, such as `timestamp`.
    pub xtype: String,
    /// Unit in VOUnits.
    pub unit: String,
    /// UCD1+.
    pub ucd: String,
    /// Utype.
    pub utype: String,
    /// ID of a COOSYS, TIMESYS or GROUP.
    pub reference: String,
    /// Description.
    pub description: String,
}

impl Field {
    /// Its attributes but for the reference, in the order that tables are written with.
    pub fn attributes(&self) -> [(&'static str, &str); 8] {
        [
            ("ID", &self.id),
            ("name", &self.name),
            ("datatype", self.datatype.name()),
            ("arraysize", &self.arraysize),
            ("xtype", &self.xtype),
            ("unit", &self.unit),
            ("ucd", &self.ucd),
            ("utype", &self.utype),
        ]
    }
}
