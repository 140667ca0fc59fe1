//! Cells as bytes of the BINARY and BINARY2 serializations (VOTable 1.5, sections 5.3 and 5.4).
//!
//! In: a row of values. Out: their bytes, big-endian, one after the other; before each row of BINARY2
//! a bit for each field that says which are NULL. BINARY has no such bits: there NULL is NaN, the
//! empty text, `?`, and for integers the number that [`null`] gives and the FIELD declares.

use super::element::{self, Unfit};
use super::{Datatype, Field, Shape, Value};

/// Makes rows of bytes.
#[derive(Debug, Clone)]
pub struct Encoder {
    cells: Vec<Cell>,
    flags: bool,
}

#[derive(Debug, Clone)]
struct Cell {
    datatype: Datatype,
    shape: Shape,
    /// Whether a value was written that reads as NULL.
    ambiguous: bool,
}

/// The integer that stands for NULL in BINARY.
pub fn null(datatype: Datatype) -> Option<i64> {
    match datatype {
        Datatype::UnsignedByte => Some(u8::MAX.into()),
        Datatype::Short => Some(i16::MIN.into()),
        Datatype::Int => Some(i32::MIN.into()),
        Datatype::Long => Some(i64::MIN),
        _ => None,
    }
}

/// Bytes of an element; bits apart.
pub fn width(datatype: Datatype) -> usize {
    match datatype {
        Datatype::Boolean | Datatype::Bit | Datatype::UnsignedByte | Datatype::Char => 1,
        Datatype::Short | Datatype::UnicodeChar => 2,
        Datatype::Int | Datatype::Float => 4,
        Datatype::Long | Datatype::Double | Datatype::FloatComplex => 8,
        Datatype::DoubleComplex => 16,
    }
}

/// Bytes of so many elements.
pub fn size(datatype: Datatype, count: usize) -> usize {
    if datatype == Datatype::Bit { count.div_ceil(8) } else { count * width(datatype) }
}

impl Encoder {
    /// An encoder of BINARY2 with `flags`, of BINARY without.
    pub fn new(fields: &[Field], flags: bool) -> Self {
        let cell = |field: &Field| Cell {
            datatype: field.datatype,
            shape: field.shape(),
            ambiguous: false,
        };
        Self { cells: fields.iter().map(cell).collect(), flags }
    }

    /// Appends a row. On an error, which names the field, nothing is appended.
    pub fn row<'a>(
        &mut self,
        values: impl Iterator<Item = Value<'a>>,
        out: &mut Vec<u8>,
    ) -> Result<(), usize> {
        let begin = out.len();
        if self.flags {
            out.resize(begin + self.cells.len().div_ceil(8), 0);
        }
        for (index, (cell, value)) in self.cells.iter_mut().zip(values).enumerate() {
            if self.flags
                && matches!(value, Value::Null)
                && let Some(byte) = out.get_mut(begin + index / 8)
            {
                *byte |= 0x80 >> (index % 8);
            }
            if cell.write(&value, self.flags, out).is_err() {
                out.truncate(begin);
                return Err(index);
            }
        }
        Ok(())
    }

    /// The fields that held a value which a reader of BINARY takes for NULL.
    pub fn ambiguous(&self) -> impl Iterator<Item = usize> {
        self.cells.iter().enumerate().filter(|(_, cell)| cell.ambiguous).map(|(index, _)| index)
    }
}

impl Cell {
    fn write(&mut self, value: &Value<'_>, flags: bool, out: &mut Vec<u8>) -> Result<(), Unfit> {
        match (value, self.datatype) {
            (Value::Null, _) => self.null(flags, out),
            (Value::Double(number), Datatype::Double) => {
                out.extend_from_slice(&number.to_be_bytes());
            }
            (Value::Text(text), datatype) => return self.text(datatype, text, flags, out),
            (Value::Int(number), _) => return self.int(*number, flags, out),
            (Value::Float(number), Datatype::Float) => {
                out.extend_from_slice(&number.to_be_bytes());
            }
            (Value::Bool(flag), Datatype::Boolean) => out.push(if *flag { b'T' } else { b'F' }),
            (Value::Instant(microseconds), Datatype::Char) if self.shape == Shape::Variable => {
                let begin = out.len();
                out.extend_from_slice(&[0; 4]);
                crate::time::push_iso(*microseconds, out);
                count(begin, out.len() - begin - 4, out)?;
            }
            (Value::Instant(microseconds), datatype) => {
                let mut text = Vec::with_capacity(32);
                crate::time::push_iso(*microseconds, &mut text);
                let text = str::from_utf8(&text).map_err(|_| Unfit)?;
                return self.text(datatype, text, flags, out);
            }
            _ => return Err(Unfit),
        }
        Ok(())
    }

    fn int(&mut self, number: i64, flags: bool, out: &mut Vec<u8>) -> Result<(), Unfit> {
        self.ambiguous |= !flags && null(self.datatype) == Some(number);
        match self.datatype {
            Datatype::Long => out.extend_from_slice(&number.to_be_bytes()),
            Datatype::Int => {
                let number = i32::try_from(number).map_err(|_| Unfit)?;
                out.extend_from_slice(&number.to_be_bytes());
            }
            Datatype::Short => {
                let number = i16::try_from(number).map_err(|_| Unfit)?;
                out.extend_from_slice(&number.to_be_bytes());
            }
            Datatype::UnsignedByte => out.push(u8::try_from(number).map_err(|_| Unfit)?),
            Datatype::Bit if (0..2).contains(&number) => out.push(u8::from(number == 1) * ONE_BIT),
            _ => return Err(Unfit),
        }
        Ok(())
    }

    /// Text, and arrays and pairs of numbers that come as text.
    fn text(
        &mut self,
        datatype: Datatype,
        text: &str,
        flags: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), Unfit> {
        let begin = out.len();
        if self.shape == Shape::Variable {
            out.extend_from_slice(&[0; 4]);
        }
        let found = element::all(datatype, text, out)?;
        let wanted = match self.shape {
            Shape::Variable => return count(begin, found, out),
            Shape::One => 1,
            Shape::Fixed(wanted) => wanted,
        };
        if self.shape == Shape::One && datatype == Datatype::Bit {
            out.iter_mut().skip(begin).for_each(|byte| *byte = u8::from(*byte != 0) * ONE_BIT);
        }
        if datatype.is_text() && found <= wanted {
            // A NUL ends a text that is shorter.
            out.resize(begin + size(datatype, wanted), 0);
        } else if found != wanted {
            return Err(Unfit);
        }
        self.ambiguous |= !flags
            && null(datatype).is_some_and(|null| element::integer(text.trim()) == Some(null));
        Ok(())
    }

    /// What stands in a NULL cell: NaN, no elements, and in BINARY the declared integer; BINARY2 has
    /// zeros for integers, which mean nothing.
    fn null(&self, flags: bool, out: &mut Vec<u8>) {
        let count = match self.shape {
            Shape::Variable => return out.extend_from_slice(&[0; 4]),
            Shape::One => 1,
            Shape::Fixed(count) => count,
        };
        let integer = if flags { 0 } else { null(self.datatype).unwrap_or_default() };
        let bytes = integer.to_be_bytes();
        let integer = |width: usize| bytes.get(8 - width..).unwrap_or_default();
        let (float, double) = (f32::NAN.to_be_bytes(), f64::NAN.to_be_bytes());
        let element: &[u8] = match self.datatype {
            Datatype::Boolean => b"?",
            Datatype::UnsignedByte => integer(1),
            Datatype::Short => integer(2),
            Datatype::Int => integer(4),
            Datatype::Long => integer(8),
            Datatype::Float | Datatype::FloatComplex => &float,
            Datatype::Double | Datatype::DoubleComplex => &double,
            Datatype::Bit | Datatype::Char | Datatype::UnicodeChar => {
                return out.resize(out.len() + size(self.datatype, count), 0);
            }
        };
        let end = out.len() + size(self.datatype, count);
        while out.len() < end {
            out.extend_from_slice(element);
        }
    }
}

/// A bit on its own. The standard has it first and padding behind it, astropy looks at 0x08.
const ONE_BIT: u8 = 0x88;

/// Puts a number of elements before them, where four bytes were left for it.
fn count(place: usize, count: usize, out: &mut [u8]) -> Result<(), Unfit> {
    let count = u32::try_from(count).map_err(|_| Unfit)?.to_be_bytes();
    let place = out.get_mut(place..).unwrap_or_default().iter_mut();
    place.zip(count).for_each(|(byte, part)| *byte = part);
    Ok(())
}
