//! Numbers as TABLEDATA has them (VOTable 1.5, section 6), which CSV and JSON share.

use std::io::Write;

/// Appends an integer.
pub fn int(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends the shortest text that reads back as the same number; `NaN`, `+Inf`, `-Inf`.
pub fn double(number: f64, out: &mut Vec<u8>) {
    match special(number) {
        Some(text) => out.extend_from_slice(text),
        None => out.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes()),
    }
}

/// As [`double`], in single precision.
pub fn float(number: f32, out: &mut Vec<u8>) {
    match special(number.into()) {
        Some(text) => out.extend_from_slice(text),
        None => out.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes()),
    }
}

/// Appends anything that can be displayed.
pub fn shown(what: impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{what}");
}

fn special(number: f64) -> Option<&'static [u8]> {
    if number.is_finite() {
        return None;
    }
    Some(if number.is_nan() {
        b"NaN"
    } else if number > 0.0 {
        b"+Inf"
    } else {
        b"-Inf"
    })
}
