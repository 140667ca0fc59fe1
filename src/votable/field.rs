//! FIELD elements.

/// The primitive types that tables of this program have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datatype {
    /// Boolean.
    Boolean,
    /// 16-bit integer.
    Short,
    /// 32-bit integer.
    Int,
    /// 64-bit integer.
    Long,
    /// 64-bit floating point.
    Double,
    /// ASCII text of any length (`arraysize="*"`).
    Char,
    /// Text of any length with any characters.
    UnicodeChar,
}

impl Datatype {
    /// Its name in a FIELD.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Short => "short",
            Self::Int => "int",
            Self::Long => "long",
            Self::Double => "double",
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
    /// Name.
    pub name: String,
    /// Type.
    pub datatype: Datatype,
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
