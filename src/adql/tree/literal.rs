//! Literals and the types of CAST.
//!
//! Follows the grammar's `unsigned_numeric_literal` and `cast_target`.

/// An unsigned number, kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    text: String,
}

impl Number {
    /// A number from the text of a literal, which the caller has lexed.
    pub(in crate::adql) fn lexed(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// The literal for a finite number without sign; nothing for others.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() || value.is_sign_negative() {
            return None;
        }
        let plain = value == 0.0 || (1e-5..1e16).contains(&value);
        let text = if plain { format!("{value}") } else { format!("{value:E}") };
        Some(Self { text })
    }

    /// The literal as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the literal is digits only.
    pub fn is_integer(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The value of a literal of digits that fits into 64 bits.
    pub fn as_u64(&self) -> Option<u64> {
        if self.is_integer() { self.text.parse().ok() } else { None }
    }

    /// The value as a double; infinite for literals beyond its range.
    pub fn as_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self { text: value.to_string() }
    }
}

/// A sign in front of a number or an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
}

/// What CAST can convert to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataType {
    /// 16-bit integer.
    SmallInt,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInt,
    /// Single precision.
    Real,
    /// Double precision.
    DoublePrecision,
    /// Text of a fixed length, when given.
    Char(Option<u64>),
    /// Text of at most a length, when given.
    Varchar(Option<u64>),
    /// A DALI timestamp.
    Timestamp,
    /// A point, from its DALI text.
    Point,
    /// A circle, from its DALI text.
    Circle,
    /// A polygon, from its DALI text.
    Polygon,
}
