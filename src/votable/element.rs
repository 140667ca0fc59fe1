//! Elements of arrays: from the text of TABLEDATA to the bytes of the binary serializations, and back
//! to a list.
//!
//! In: the text of a cell (VOTable 1.5, section 6), with blanks between its elements. Out: big-endian
//! bytes, or the elements one by one. An element that is not of the datatype is an error: nothing is
//! guessed.

use super::Datatype;

/// The text is not of its field's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit;

/// Appends all elements of a text; how many there are.
pub fn all(datatype: Datatype, text: &str, out: &mut Vec<u8>) -> Result<usize, Unfit> {
    match datatype {
        Datatype::Bit => return bits(text, out),
        Datatype::Char | Datatype::UnicodeChar => return Ok(characters(datatype, text, out)),
        _ => {}
    }
    let mut parts = 0;
    for word in text.split_ascii_whitespace() {
        one(datatype, word, out).ok_or(Unfit)?;
        parts += 1;
    }
    match is_complex(datatype) {
        true if parts % 2 == 1 => Err(Unfit),
        true => Ok(parts / 2),
        false => Ok(parts),
    }
}

/// Whether elements are pairs of numbers.
pub fn is_complex(datatype: Datatype) -> bool {
    matches!(datatype, Datatype::FloatComplex | Datatype::DoubleComplex)
}

/// Appends text; the number of bytes of char, of UTF-16 units of unicodeChar.
pub fn characters(datatype: Datatype, text: &str, out: &mut Vec<u8>) -> usize {
    if datatype == Datatype::Char {
        out.extend_from_slice(text.as_bytes());
        return text.len();
    }
    let before = out.len();
    if text.is_ascii() {
        out.resize(before + 2 * text.len(), 0);
        let units = out.get_mut(before..).unwrap_or_default().chunks_exact_mut(2);
        for (unit, byte) in units.zip(text.bytes()) {
            unit.copy_from_slice(&[0, byte]);
        }
        return text.len();
    }
    text.encode_utf16().for_each(|unit| out.extend_from_slice(&unit.to_be_bytes()));
    (out.len() - before) / 2
}

/// Appends a number or a flag.
fn one(datatype: Datatype, word: &str, out: &mut Vec<u8>) -> Option<()> {
    match datatype {
        Datatype::Boolean => out.push(match boolean(word)? {
            Some(true) => b'T',
            Some(false) => b'F',
            None => b'?',
        }),
        Datatype::UnsignedByte => out.push(u8::try_from(integer(word)?).ok()?),
        Datatype::Short => {
            out.extend_from_slice(&i16::try_from(integer(word)?).ok()?.to_be_bytes());
        }
        Datatype::Int => out.extend_from_slice(&i32::try_from(integer(word)?).ok()?.to_be_bytes()),
        Datatype::Long => out.extend_from_slice(&integer(word)?.to_be_bytes()),
        Datatype::Float | Datatype::FloatComplex => {
            out.extend_from_slice(&word.parse::<f32>().ok()?.to_be_bytes());
        }
        Datatype::Double | Datatype::DoubleComplex => {
            out.extend_from_slice(&word.parse::<f64>().ok()?.to_be_bytes());
        }
        Datatype::Bit | Datatype::Char | Datatype::UnicodeChar => return None,
    }
    Some(())
}

/// A flag; NULL is a value, too.
pub fn boolean(word: &str) -> Option<Option<bool>> {
    match word {
        "1" => Some(Some(true)),
        "0" => Some(Some(false)),
        "?" => Some(None),
        _ if word.eq_ignore_ascii_case("t") || word.eq_ignore_ascii_case("true") => {
            Some(Some(true))
        }
        _ if word.eq_ignore_ascii_case("f") || word.eq_ignore_ascii_case("false") => {
            Some(Some(false))
        }
        _ => None,
    }
}

/// An integer in decimal or hexadecimal digits.
pub fn integer(word: &str) -> Option<i64> {
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

/// Bits in bytes from the highest on, with zeros at the end.
fn bits(text: &str, out: &mut Vec<u8>) -> Result<usize, Unfit> {
    let mut count = 0;
    for digit in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        if !matches!(digit, b'0' | b'1') {
            return Err(Unfit);
        }
        if count % 8 == 0 {
            out.push(0);
        }
        if let Some(last) = out.last_mut() {
            *last |= (digit - b'0') << (7 - count % 8);
        }
        count += 1;
    }
    Ok(count)
}
