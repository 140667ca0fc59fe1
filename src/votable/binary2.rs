//! Cells as bytes of the BINARY2 serialization (VOTable 1.5, section 5.4).

use super::{Datatype, Field, Value};

/// Appends a row: the NULL flags, a bit a field from the highest down, then the fields.
pub fn row<'a>(fields: &[Field], values: impl Iterator<Item = Value<'a>>, out: &mut Vec<u8>) {
    let flags = out.len();
    out.resize(flags + fields.len().div_ceil(8), 0);
    for (index, (field, value)) in fields.iter().zip(values).enumerate() {
        if value == Value::Null
            && let Some(byte) = out.get_mut(flags + index / 8)
        {
            *byte |= 0x80 >> (index % 8);
        }
        cell(field.datatype, &value, out);
    }
}

/// What stands in a NULL cell means nothing, but must have its length.
#[expect(clippy::cast_possible_truncation, reason = "the field's type was chosen for its values")]
fn cell(datatype: Datatype, value: &Value<'_>, out: &mut Vec<u8>) {
    let int = match value {
        Value::Int(number) => *number,
        _ => 0,
    };
    match datatype {
        Datatype::Boolean => out.push(match value {
            Value::Bool(true) => b'T',
            Value::Bool(false) => b'F',
            _ => b'?',
        }),
        Datatype::Bit | Datatype::UnsignedByte => out.push(int as u8),
        Datatype::Short => out.extend_from_slice(&(int as i16).to_be_bytes()),
        Datatype::Int => out.extend_from_slice(&(int as i32).to_be_bytes()),
        Datatype::Long => out.extend_from_slice(&int.to_be_bytes()),
        Datatype::Double => {
            let number = match value {
                Value::Double(number) => *number,
                _ => f64::NAN,
            };
            out.extend_from_slice(&number.to_be_bytes());
        }
        Datatype::Float => {
            let number = match value {
                Value::Double(number) => *number,
                _ => f64::NAN,
            };
            out.extend_from_slice(&(number as f32).to_be_bytes());
        }
        Datatype::FloatComplex => out.extend_from_slice(&[0; 8]),
        Datatype::DoubleComplex => out.extend_from_slice(&[0; 16]),
        Datatype::Char => {
            let Value::Text(text) = value else { return length(0, out) };
            length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        Datatype::UnicodeChar => {
            let Value::Text(text) = value else { return length(0, out) };
            length(text.encode_utf16().count(), out);
            text.encode_utf16().for_each(|unit| out.extend_from_slice(&unit.to_be_bytes()));
        }
    }
}

fn length(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
}
