//! Cells of BINARY and BINARY2 (VOTable 1.5, sections 5.3 and 5.4).

use super::column::{Column, Primitive};
use super::text::{is_null, miscounted, split};
use super::value::{Array, Value, Wrong, wrong};

/// The value of a cell's bytes, which are of `count` elements. `empty_is_null` where nothing else
/// marks null arrays, as in BINARY.
pub fn value(
    column: &Column,
    count: usize,
    bytes: &[u8],
    empty_is_null: bool,
) -> Result<Value, Wrong> {
    if column.primitive.is_text() {
        return strings(column, bytes, empty_is_null);
    }
    if !column.arraysize.is_scalar() {
        if count == 0 && column.arraysize.variable && empty_is_null {
            return Ok(Value::Null);
        }
        if !column.arraysize.allows(count) {
            return Err(miscounted(column, count));
        }
        return array(column, count, bytes).map(Value::Array);
    }
    if column.primitive == Primitive::Bit {
        // The standard has the highest bit, astropy another one; the rest is padding.
        return Ok(Value::Bool(bytes.iter().any(|byte| *byte != 0)));
    }
    Ok(match array(column, 1, bytes)? {
        Array::Bool(all) => all.first().copied().flatten().map_or(Value::Null, Value::Bool),
        Array::Int(all) => all.first().copied().flatten().map_or(Value::Null, Value::Int),
        Array::Float(all) => {
            let null = column.null.parse::<f32>().ok();
            let some = all.first().filter(|number| !number.is_nan() && Some(**number) != null);
            some.map_or(Value::Null, |number| Value::Float(*number))
        }
        Array::Double(all) => {
            let null = column.null.parse::<f64>().ok();
            let some = all.first().filter(|number| !number.is_nan() && Some(**number) != null);
            some.map_or(Value::Null, |number| Value::Double(*number))
        }
        Array::FloatComplex(all) => {
            all.first().map_or(Value::Null, |pair| Value::FloatComplex(*pair))
        }
        Array::DoubleComplex(all) => {
            all.first().map_or(Value::Null, |pair| Value::DoubleComplex(*pair))
        }
        Array::Bit(_) | Array::Text(_) => Value::Null,
    })
}

fn array(column: &Column, count: usize, bytes: &[u8]) -> Result<Array, Wrong> {
    let ints = |all: &mut dyn Iterator<Item = i64>| {
        Array::Int(all.map(|number| Some(number).filter(|n| !is_null(column, *n))).collect())
    };
    Ok(match column.primitive {
        Primitive::Boolean => {
            let all: Result<Vec<_>, _> = bytes.iter().map(|byte| boolean(*byte)).collect();
            Array::Bool(all?)
        }
        Primitive::Bit => {
            let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte << bit & 0x80 != 0));
            Array::Bit(bits.take(count).collect())
        }
        Primitive::UnsignedByte => ints(&mut bytes.iter().map(|byte| i64::from(*byte))),
        Primitive::Short => ints(&mut words(bytes).map(|word| i16::from_be_bytes(word).into())),
        Primitive::Int => ints(&mut words(bytes).map(|word| i32::from_be_bytes(word).into())),
        Primitive::Long => ints(&mut words(bytes).map(i64::from_be_bytes)),
        Primitive::Float => Array::Float(words(bytes).map(f32::from_be_bytes).collect()),
        Primitive::Double => Array::Double(words(bytes).map(f64::from_be_bytes).collect()),
        Primitive::FloatComplex => {
            let parts: Vec<f32> = words(bytes).map(f32::from_be_bytes).collect();
            Array::FloatComplex(parts.as_chunks().0.to_vec())
        }
        Primitive::DoubleComplex => {
            let parts: Vec<f64> = words(bytes).map(f64::from_be_bytes).collect();
            Array::DoubleComplex(parts.as_chunks().0.to_vec())
        }
        Primitive::Char | Primitive::UnicodeChar => Array::Text(Vec::new()),
    })
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks().0.iter().copied()
}

fn boolean(byte: u8) -> Result<Option<bool>, Wrong> {
    match byte {
        b'T' | b't' | b'1' => Ok(Some(true)),
        b'F' | b'f' | b'0' => Ok(Some(false)),
        b'?' | b' ' | 0 => Ok(None),
        _ => {
            Err(wrong(format!("the byte 0x{byte:02x} is not a boolean"), "T, F and ? are possible"))
        }
    }
}

fn strings(column: &Column, bytes: &[u8], empty_is_null: bool) -> Result<Value, Wrong> {
    let matrix = column.arraysize.is_matrix();
    let text = if column.primitive == Primitive::Char {
        // What is behind the NUL that ends a text means nothing.
        let end = bytes.iter().position(|byte| *byte == 0 && !matrix).unwrap_or(bytes.len());
        String::from_utf8(bytes.get(..end).unwrap_or_default().to_vec()).map_err(|_| {
            wrong("the bytes are neither ASCII nor UTF-8", "use the datatype unicodeChar")
        })?
    } else {
        let units = words(bytes).map(u16::from_be_bytes).take_while(|unit| *unit != 0 || matrix);
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.map_err(|_| wrong("the bytes are not UTF-16", "write big-endian UTF-16"))?
    };
    if matrix {
        let length = column.arraysize.fixed.first().copied().unwrap_or(1);
        let strings = split(&text, length);
        let null = strings.is_empty() && empty_is_null;
        return Ok(if null { Value::Null } else { Value::Array(Array::Text(strings)) });
    }
    if text.is_empty() && (empty_is_null || column.arraysize.is_scalar()) {
        return Ok(Value::Null);
    }
    if !column.null.is_empty() && text == column.null {
        return Ok(Value::Null);
    }
    Ok(Value::Text(text))
}
