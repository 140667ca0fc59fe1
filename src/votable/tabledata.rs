//! Cells as text in TD elements.

use super::{Datatype, Field, Shape, Value, element, number};
use crate::time;

/// What stands in a cell that is NULL: nothing; but for arrays of a fixed number of truths or
/// floating-point numbers and for complex numbers as many nulls, because readers count them.
pub fn null(field: &Field) -> String {
    let count = match field.shape() {
        Shape::Fixed(count) => count,
        Shape::One if element::is_complex(field.datatype) => 1,
        Shape::One | Shape::Variable => return String::new(),
    };
    match field.datatype {
        Datatype::Boolean => vec!["?"; count].join(" "),
        Datatype::Float | Datatype::Double => vec!["NaN"; count].join(" "),
        Datatype::FloatComplex | Datatype::DoubleComplex => vec!["NaN"; 2 * count].join(" "),
        _ => String::new(),
    }
}

/// Appends a row of fields that have these texts for NULL.
pub fn row<'a>(nulls: &[String], values: impl Iterator<Item = Value<'a>>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<TR>");
    for (null, value) in nulls.iter().zip(values) {
        let value = match value {
            Value::Null if null.is_empty() => {
                out.extend_from_slice(b"<TD/>");
                continue;
            }
            Value::Null => Value::Text(null),
            value => value,
        };
        out.extend_from_slice(b"<TD>");
        cell(&value, out);
        out.extend_from_slice(b"</TD>");
    }
    out.extend_from_slice(b"</TR>\n");
}

fn cell(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push(if *flag { b'T' } else { b'F' }),
        Value::Int(integer) => number::int(*integer, out),
        Value::Float(float) => number::float(*float, out),
        Value::Double(double) => number::double(*double, out),
        Value::Text(text) => escape(text, out),
        Value::Instant(microseconds) => time::push_iso(*microseconds, out),
    }
}

/// Appends text as XML can hold it: markup as entities, a carriage return as a reference (parsers
/// turn a bare one into a line feed), characters that XML 1.0 forbids as U+FFFD.
pub fn escape(text: &str, out: &mut Vec<u8>) {
    let plain = |byte: &u8| {
        *byte >= 0x20 && !matches!(byte, b'<' | b'>' | b'&' | b'"' | 0xef) || *byte == b'\n'
    };
    if text.as_bytes().iter().all(plain) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut buffer = [0; 4];
    for c in text.chars() {
        let piece = match c {
            '<' => "&lt;",
            '>' => "&gt;",
            '&' => "&amp;",
            '"' => "&quot;",
            '\r' => "&#13;",
            '\n' | '\t' => c.encode_utf8(&mut buffer),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
            c => c.encode_utf8(&mut buffer),
        };
        out.extend_from_slice(piece.as_bytes());
    }
}
