//! FIELD elements: columns and their types (VOTable 1.5, sections 2 and 4.1).

use std::fmt;

use super::problem::{Problem, problem};
use super::xml::Tag;
use crate::diag::nearest;

/// VOTable's primitive types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of VOTable")]
pub enum Primitive {
    Boolean,
    Bit,
    UnsignedByte,
    Short,
    Int,
    Long,
    Char,
    UnicodeChar,
    Float,
    Double,
    FloatComplex,
    DoubleComplex,
}

const PRIMITIVES: [(&str, Primitive); 12] = [
    ("boolean", Primitive::Boolean),
    ("bit", Primitive::Bit),
    ("unsignedByte", Primitive::UnsignedByte),
    ("short", Primitive::Short),
    ("int", Primitive::Int),
    ("long", Primitive::Long),
    ("char", Primitive::Char),
    ("unicodeChar", Primitive::UnicodeChar),
    ("float", Primitive::Float),
    ("double", Primitive::Double),
    ("floatComplex", Primitive::FloatComplex),
    ("doubleComplex", Primitive::DoubleComplex),
];

impl Primitive {
    fn parse(name: &str) -> Option<Self> {
        PRIMITIVES.iter().find(|(known, _)| *known == name).map(|(_, primitive)| *primitive)
    }

    /// Its name in a FIELD.
    pub fn name(self) -> &'static str {
        PRIMITIVES.iter().find(|(_, primitive)| *primitive == self).map_or("", |(name, _)| name)
    }

    /// Whether arrays of it are strings.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Char | Self::UnicodeChar)
    }

    /// Bytes that so many elements take in BINARY; `None` when they cannot be counted.
    pub fn bytes(self, count: usize) -> Option<usize> {
        let size = match self {
            Self::Bit => return Some(count.div_ceil(8)),
            Self::Boolean | Self::UnsignedByte | Self::Char => 1,
            Self::Short | Self::UnicodeChar => 2,
            Self::Int | Self::Float => 4,
            Self::Long | Self::Double | Self::FloatComplex => 8,
            Self::DoubleComplex => 16,
        };
        count.checked_mul(size)
    }
}

/// How many elements a cell has. `arraysize="1"` is a scalar, as most writers mean it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArraySize {
    /// The dimensions that are fixed, the fastest first; none for a scalar.
    pub fixed: Vec<usize>,
    /// Whether there is one more, of any size (`*`).
    pub variable: bool,
    /// The most that the last dimension can be, where it is said (`16*`); not enforced.
    pub bound: Option<usize>,
}

impl ArraySize {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut size = Self::default();
        if text.is_empty() || text == "1" {
            return Some(size);
        }
        let mut parts = text.split('x').map(str::trim).peekable();
        while let Some(part) = parts.next() {
            let number = match part.strip_suffix('*') {
                Some(_) if parts.peek().is_some() => return None,
                Some(bound) => {
                    size.variable = true;
                    bound
                }
                None => part,
            };
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            match (number.parse::<usize>().ok().filter(|_| digits), size.variable) {
                (Some(number), false) => size.fixed.push(number),
                (bound @ Some(_), true) => size.bound = bound,
                (None, true) if number.is_empty() => {}
                (None, _) => return None,
            }
        }
        size.stride()?;
        Some(size)
    }

    /// Whether it is one element.
    pub fn is_scalar(&self) -> bool {
        self.fixed.is_empty() && !self.variable
    }

    /// Whether there are two dimensions or more; of characters, that is an array of strings.
    pub fn is_matrix(&self) -> bool {
        self.fixed.len() + usize::from(self.variable) > 1
    }

    /// Elements in all, where that is fixed.
    pub fn count(&self) -> Option<usize> {
        if self.variable { None } else { self.stride() }
    }

    /// Elements for each step of the last dimension when it is variable, or else in all; `None` where
    /// they are too many to count.
    fn stride(&self) -> Option<usize> {
        self.fixed.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))
    }

    /// Whether a cell can have so many elements.
    pub fn allows(&self, count: usize) -> bool {
        match (self.count(), self.stride()) {
            (Some(fixed), _) => count == fixed,
            (None, Some(0)) => count == 0,
            (None, Some(stride)) => count.is_multiple_of(stride),
            (None, None) => false,
        }
    }
}

impl fmt::Display for ArraySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, size) in self.fixed.iter().enumerate() {
            write!(f, "{}{size}", if index > 0 { "x" } else { "" })?;
        }
        if self.variable {
            f.write_str(if self.fixed.is_empty() { "" } else { "x" })?;
            self.bound.map_or(Ok(()), |bound| write!(f, "{bound}"))?;
            f.write_str("*")?;
        }
        Ok(())
    }
}

/// A column. Texts that are empty stand for absent attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name; the ID where there is no name.
    pub name: String,
    /// ID in the document.
    pub id: String,
    /// Type of an element.
    pub primitive: Primitive,
    /// How many elements a cell has.
    pub arraysize: ArraySize,
    /// Extended type, such as `timestamp`.
    pub xtype: String,
    /// Unit.
    pub unit: String,
    /// UCD.
    pub ucd: String,
    /// Utype.
    pub utype: String,
    /// ID of a COOSYS, TIMESYS or GROUP of the document.
    pub reference: String,
    /// Description.
    pub description: String,
    /// The value that stands for null, as VALUES has it; empty for none.
    pub null: String,
}

impl Column {
    /// The column that a FIELD's attributes tell of.
    pub fn read(tag: &Tag) -> Result<Self, Problem> {
        let text = |name: &str| tag.get(name).trim().to_owned();
        let (id, mut name) = (text("ID"), text("name"));
        if name.is_empty() {
            name.clone_from(&id);
        }
        if name.is_empty() {
            return Err(problem("V006", "this FIELD has no name").help("add the attribute name"));
        }
        let datatype = tag.get("datatype").trim();
        let Some(primitive) = Primitive::parse(datatype) else {
            let known = PRIMITIVES.map(|(known, _)| known);
            let trouble = if datatype.is_empty() {
                problem("V006", format!("the FIELD {name} has no datatype"))
            } else {
                problem("V006", format!("the FIELD {name} has an unknown datatype {datatype:?}"))
            };
            let guess = match datatype.to_ascii_lowercase().as_str() {
                "string" | "str" | "text" => Some("char\" arraysize=\"*"),
                "integer" | "int32" => Some("int"),
                "int64" => Some("long"),
                "real" | "float64" => Some("double"),
                "float32" => Some("float"),
                other => nearest(other, known),
            };
            let trouble = match guess {
                Some(guess) => trouble.help(format!("did you mean datatype=\"{guess}\"?")),
                None => trouble,
            };
            return Err(trouble.help(format!("the datatypes are {}", known.join(", "))));
        };
        let arraysize = tag.get("arraysize");
        let Some(arraysize) = ArraySize::parse(arraysize) else {
            let text = format!("the FIELD {name} has a wrong arraysize {arraysize:?}");
            return Err(problem("V006", text)
                .help(
                    "an arraysize is a number, * or numbers joined by x of which the last may be *",
                )
                .help("for example 2, *, 16*, 3x4, 2x*"));
        };
        Ok(Self {
            id,
            name,
            primitive,
            arraysize,
            xtype: text("xtype"),
            unit: text("unit"),
            ucd: text("ucd"),
            utype: text("utype"),
            reference: text("ref"),
            description: String::new(),
            null: String::new(),
        })
    }

    /// Bytes of what is kept.
    pub fn size(&self) -> usize {
        [
            &self.name,
            &self.id,
            &self.xtype,
            &self.unit,
            &self.ucd,
            &self.utype,
            &self.reference,
            &self.description,
            &self.null,
        ]
        .iter()
        .map(|text| text.len())
        .sum()
    }

    /// As messages name the type: `double[2]`.
    pub fn type_name(&self) -> String {
        if self.arraysize.is_scalar() {
            self.primitive.name().to_owned()
        } else {
            format!("{}[{}]", self.primitive.name(), self.arraysize)
        }
    }
}
