//! Reading of numbers from encoded regions, and what can be wrong with them.
//!
//! In: bytes with their offset. Out: doubles that are safe to calculate with. The limits below are
//! those of the SQL decoders, which must agree on what is corrupt.

use std::f64::consts::{FRAC_PI_2, PI};

use thiserror::Error;

use crate::geom::Vector3;

/// What is wrong with an encoded region. Offsets are in bytes from the start of the encoding.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DecodeError {
    /// Not the standard base64 alphabet, or its padding is wrong.
    #[error("part {part} is not base64 text")]
    Base64 {
        /// Which of the parts separated by `:`, from one.
        part: usize,
    },
    /// Longer than [`MAX_TEXT`](super::MAX_TEXT).
    #[error("the text has {length} characters, more than {limit}", limit = super::MAX_TEXT)]
    TooLong {
        /// Characters in the text.
        length: usize,
    },
    /// Nothing where a region should be.
    #[error("a region without any byte at offset {offset}")]
    Empty {
        /// Where it should begin.
        offset: usize,
    },
    /// The first byte is none of `p`, `c`, `b`, `e`, `u`, `i`.
    #[error("unknown region type 0x{code:02x} at offset {offset}")]
    UnknownType {
        /// The byte.
        code: u8,
        /// Its place.
        offset: usize,
    },
    /// Truncated, or followed by bytes that do not belong to it.
    #[error("a {kind} at offset {offset} cannot have {length} bytes")]
    Length {
        /// The type of the region.
        kind: &'static str,
        /// Its place.
        offset: usize,
        /// The bytes there are.
        length: usize,
    },
    /// An operand of a union or intersection reaches past the end.
    #[error("the operand at offset {offset} reaches past the end")]
    Truncated {
        /// Place of the operand's length.
        offset: usize,
    },
    /// NaN, infinity, or a value outside its range.
    #[error("{what} out of range at offset {offset}")]
    OutOfRange {
        /// What the number is.
        what: &'static str,
        /// Its place.
        offset: usize,
    },
    /// A direction that is not a unit vector.
    #[error("the vector at offset {offset} is not of unit length")]
    NotUnit {
        /// Its place.
        offset: usize,
    },
    /// Unions and intersections nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("nested deeper than {limit} at offset {offset}", limit = super::MAX_DEPTH)]
    TooDeep {
        /// Place of the one too deep.
        offset: usize,
    },
}

/// Bytes of a region with their place in the whole.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) offset: usize,
}

impl Bytes<'_> {
    /// `length` bytes from `from`, when there are so many.
    pub(super) fn slice(self, from: usize, length: usize) -> Option<Self> {
        let bytes = self.bytes.get(from..from.checked_add(length)?)?;
        Some(Self { bytes, offset: self.offset + from })
    }

    /// The eight bytes from `from`.
    pub(super) fn word(self, from: usize) -> Option<[u8; 8]> {
        self.slice(from, 8)?.bytes.try_into().ok()
    }

    /// The double at `from`, any value.
    fn raw(self, from: usize) -> f64 {
        self.word(from).map_or(f64::NAN, f64::from_le_bytes)
    }

    /// The double at `from`, below 2^`exponent` in size; below 2^-127 it counts as zero.
    fn double(self, from: usize, exponent: u64, what: &'static str) -> Result<f64, DecodeError> {
        let value = self.raw(from);
        match value.to_bits() >> 52 & 0x7ff {
            ..896 => Ok(0.0_f64.copysign(value)),
            biased if biased < 1023 + exponent => Ok(value),
            _ => Err(DecodeError::OutOfRange { what, offset: self.offset + from }),
        }
    }

    /// An angle or the like, below 2^17 in size.
    pub(super) fn number(self, from: usize, what: &'static str) -> Result<f64, DecodeError> {
        self.double(from, 17, what)
    }

    /// The unit vector at `from`.
    pub(super) fn unit_vector(self, from: usize) -> Result<Vector3, DecodeError> {
        let component = |i: usize| self.double(from + 8 * i, 1, "component of a vector");
        let v = Vector3::new(component(0)?, component(1)?, component(2)?);
        if (v.squared_norm() - 1.0).abs() <= 1e-6 {
            Ok(v)
        } else {
            Err(DecodeError::NotUnit { offset: self.offset + from })
        }
    }

    /// The interval of longitudes at `from`, in [0, 2π]; two NaN mean the empty one.
    pub(super) fn longitudes(self, from: usize) -> Result<(f64, f64), DecodeError> {
        if self.raw(from).is_nan() && self.raw(from + 8).is_nan() {
            return Ok((f64::NAN, f64::NAN));
        }
        self.interval(from, 0.0..=2.0 * PI, "longitude")
    }

    /// The interval of latitudes at `from`, in [-π/2, π/2]; the empty one is any from > to.
    pub(super) fn latitudes(self, from: usize) -> Result<(f64, f64), DecodeError> {
        self.interval(from, -FRAC_PI_2..=FRAC_PI_2, "latitude")
    }

    fn interval(
        self,
        from: usize,
        range: std::ops::RangeInclusive<f64>,
        what: &'static str,
    ) -> Result<(f64, f64), DecodeError> {
        let end = |from| {
            let angle = self.number(from, what)?;
            if range.contains(&angle) {
                Ok(angle)
            } else {
                Err(DecodeError::OutOfRange { what, offset: self.offset + from })
            }
        };
        Ok((end(from)?, end(from + 8)?))
    }
}
