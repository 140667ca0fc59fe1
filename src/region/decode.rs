//! Encoded regions to regions (`sphgeom.Region.decode`, `decodeBase64`).
//!
//! In: bytes, or text of the region column: base64 strings joined by `:` stand for their union,
//! and the empty text for the empty union. Out: the region, or what is wrong. Recursion is bounded
//! by [`MAX_DEPTH`], memory by a small multiple of the input.

use base64::Engine;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::read::Bytes;
use super::{DecodeError, MAX_DEPTH, MAX_TEXT};
use crate::geom::{Circle, Ellipse, LonLatBox, Region};

/// The standard alphabet with padding; as in sphgeom and PostgreSQL, bits past the last byte of a
/// text need not be zero.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Decodes the text of a region column.
pub fn decode_base64(text: &str) -> Result<Region, DecodeError> {
    if text.is_empty() {
        return Ok(Region::Union(Vec::new()));
    }
    if text.len() > MAX_TEXT {
        return Err(DecodeError::TooLong { length: text.len() });
    }
    let mut operands = Vec::new();
    for (index, part) in text.split(':').enumerate() {
        let bytes = BASE64.decode(part).map_err(|_| DecodeError::Base64 { part: index + 1 })?;
        operands.push(decode(&bytes)?);
    }
    if operands.len() == 1
        && let Some(only) = operands.pop()
    {
        return Ok(only);
    }
    Ok(Region::union(operands))
}

/// Decodes the bytes of one region.
pub fn decode(bytes: &[u8]) -> Result<Region, DecodeError> {
    region(Bytes { bytes, offset: 0 }, 0)
}

fn region(at: Bytes<'_>, depth: usize) -> Result<Region, DecodeError> {
    let Some(&code) = at.bytes.first() else {
        return Err(DecodeError::Empty { offset: at.offset });
    };
    match code {
        b'p' => polygon(at),
        b'c' => circle(at),
        b'b' => lonlat_box(at),
        b'e' => ellipse(at),
        b'u' => operands(at, depth).map(Region::union),
        b'i' => operands(at, depth).map(Region::intersection),
        _ => Err(DecodeError::UnknownType { code, offset: at.offset }),
    }
}

fn check_length(at: Bytes<'_>, kind: &'static str, legal: bool) -> Result<(), DecodeError> {
    let (offset, length) = (at.offset, at.bytes.len());
    if legal { Ok(()) } else { Err(DecodeError::Length { kind, offset, length }) }
}

fn polygon(at: Bytes<'_>) -> Result<Region, DecodeError> {
    let length = at.bytes.len();
    check_length(at, "polygon", length >= 73 && length % 24 == 1)?;
    let vertices = (1..length).step_by(24).map(|from| at.unit_vector(from));
    vertices.collect::<Result<_, _>>().map(Region::ConvexPolygon)
}

fn circle(at: Bytes<'_>) -> Result<Region, DecodeError> {
    check_length(at, "circle", at.bytes.len() == 41)?;
    let circle = Circle {
        center: at.unit_vector(1)?,
        squared_chord_length: at.number(25, "squared chord length")?,
        opening_angle: at.number(33, "opening angle")?,
    };
    if !circle.is_empty() && circle.opening_angle < 0.0 {
        return Err(DecodeError::OutOfRange { what: "opening angle", offset: at.offset + 33 });
    }
    Ok(Region::Circle(circle))
}

fn lonlat_box(at: Bytes<'_>) -> Result<Region, DecodeError> {
    check_length(at, "box", at.bytes.len() == 33)?;
    Ok(Region::Box(LonLatBox { lon: at.longitudes(1)?, lat: at.latitudes(17)? }))
}

/// The two tangents at the end are not read: they follow from `a` and `b`.
fn ellipse(at: Bytes<'_>) -> Result<Region, DecodeError> {
    check_length(at, "ellipse", at.bytes.len() == 113)?;
    let axes = [at.unit_vector(1)?, at.unit_vector(25)?, at.unit_vector(49)?];
    let (a, b) = (at.number(73, "semi-axis")?, at.number(81, "semi-axis")?);
    let gamma = at.number(89, "focal angle")?;
    let full_or_empty = Ellipse { axes, a, b, gamma, tan_a: 0.0, tan_b: 0.0 };
    let tangent = |angle: f64| {
        if full_or_empty.is_empty() || full_or_empty.is_full() {
            f64::INFINITY
        } else {
            angle.tan().abs()
        }
    };
    Ok(Region::Ellipse(Box::new(Ellipse {
        axes,
        a,
        b,
        gamma,
        tan_a: tangent(a),
        tan_b: tangent(b),
    })))
}

fn operands(at: Bytes<'_>, depth: usize) -> Result<Vec<Region>, DecodeError> {
    if depth >= MAX_DEPTH {
        return Err(DecodeError::TooDeep { offset: at.offset });
    }
    let mut regions = Vec::new();
    let mut from = 1;
    while from < at.bytes.len() {
        let operand = at
            .word(from)
            .and_then(|word| usize::try_from(u64::from_le_bytes(word)).ok())
            .and_then(|length| at.slice(from + 8, length))
            .ok_or(DecodeError::Truncated { offset: at.offset + from })?;
        regions.push(region(operand, depth + 1)?);
        from += 8 + operand.bytes.len();
    }
    Ok(regions)
}
