//! Cells as text in TD elements.

use std::io::Write;

use super::Value;

/// Appends a row.
pub fn row<'a>(values: impl Iterator<Item = Value<'a>>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<TR>");
    for value in values {
        if value == Value::Null {
            out.extend_from_slice(b"<TD/>");
            continue;
        }
        out.extend_from_slice(b"<TD>");
        cell(&value, out);
        out.extend_from_slice(b"</TD>");
    }
    out.extend_from_slice(b"</TR>\n");
}

fn cell(value: &Value<'_>, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = match value {
        Value::Null => Ok(()),
        Value::Bool(flag) => out.write_all(if *flag { b"T" } else { b"F" }),
        Value::Int(number) => write!(out, "{number}"),
        Value::Double(number) if number.is_nan() => out.write_all(b"NaN"),
        Value::Double(number) if number.is_infinite() => {
            out.write_all(if *number > 0.0 { b"+Inf" } else { b"-Inf" })
        }
        Value::Double(number) => {
            let size = number.abs();
            if size == 0.0 || (1e-4..1e16).contains(&size) {
                write!(out, "{number:?}")
            } else {
                write!(out, "{number:e}")
            }
        }
        Value::Text(text) => {
            escape(text, out);
            Ok(())
        }
    };
}

/// Appends text as XML can hold it: markup as entities, a carriage return as a reference (parsers
/// turn a bare one into a line feed), characters that XML 1.0 forbids as U+FFFD.
fn escape(text: &str, out: &mut Vec<u8>) {
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
