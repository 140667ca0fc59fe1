//! Floats that were stored as integers (FITS 4.0, section 10.2).
//!
//! In: integers of a tile, its ZSCALE and ZZERO. Out: floats. With dithering, what was added before rounding is
//! subtracted again; it comes from the standard's sequence of 10,000 random numbers (appendix I).

use std::sync::OnceLock;

use super::columns::Columns;
use super::{Error, Result};
use crate::fits::Header;

/// What SUBTRACTIVE_DITHER_2 stores for zero.
const ZERO: i32 = -2_147_483_646;
/// Numbers of the random sequence.
const COUNT: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Dither {
    None,
    One,
    Two,
}

/// How floats were stored.
#[derive(Debug, Clone)]
pub struct Quantized {
    dither: Dither,
    seed: u64,
    scale: f64,
    zero: f64,
    blank: Option<i64>,
}

impl Quantized {
    /// Reads it from a header; `None` where floats are stored as they are, or there are none.
    pub fn of(
        header: &Header,
        columns: &Columns,
        bitpix: i64,
        number: usize,
    ) -> Result<Option<Self>> {
        let has_scale = columns.scale.is_some() || header.has("ZSCALE");
        if bitpix > 0 || !has_scale {
            return Ok(None);
        }
        let dither = match header.text("ZQUANTIZ").as_deref() {
            None | Some("NO_DITHER") => Dither::None,
            Some("NONE") => return Ok(None),
            Some("SUBTRACTIVE_DITHER_1") => Dither::One,
            Some("SUBTRACTIVE_DITHER_2") => Dither::Two,
            Some(other) => {
                let message =
                    format!("HDU {number} is quantised with `{other}`, which is not known");
                return Err(Error::unsupported(message));
            }
        };
        let seed = header.integer("ZDITHER0")?.unwrap_or(1);
        let blank = header.integer("ZBLANK")?.or(header.integer("BLANK")?);
        Ok(Some(Self {
            dither,
            seed: u64::try_from(seed).unwrap_or(1),
            scale: header.real("ZSCALE")?.unwrap_or(1.0),
            zero: header.real("ZZERO")?.unwrap_or(0.0),
            blank,
        }))
    }

    /// The floats of a tile as bytes; `None` where the row has no scale.
    pub fn floats(
        &self,
        numbers: &[i32],
        tile: u64,
        row: &[u8],
        columns: &Columns,
        bitpix: i64,
    ) -> Option<Vec<u8>> {
        let from = |column: &Option<super::columns::Column>, default: f64| match column {
            Some(column) => column.real(row),
            None => Some(default),
        };
        let (scale, zero) = (from(&columns.scale, self.scale)?, from(&columns.zero, self.zero)?);
        let blank = match &columns.blank {
            Some(column) => Some(column.integer(row)?),
            None => self.blank,
        };
        let mut noise = Noise::of(tile.wrapping_add(self.seed).wrapping_sub(1));
        let values = numbers.iter().map(|number| {
            let random = if self.dither == Dither::None { 0.5 } else { noise.next() };
            if blank == Some(i64::from(*number)) {
                f64::NAN
            } else if self.dither == Dither::Two && *number == ZERO {
                0.0
            } else if self.dither == Dither::None {
                f64::from(*number) * scale + zero
            } else {
                (f64::from(*number) - random + 0.5) * scale + zero
            }
        });
        Some(match bitpix {
            #[expect(clippy::cast_possible_truncation, reason = "the image has 32 bits")]
            -32 => values.flat_map(|value| (value as f32).to_be_bytes()).collect(),
            _ => values.flat_map(f64::to_be_bytes).collect(),
        })
    }
}

/// A walk through the random sequence.
struct Noise {
    numbers: &'static [f32],
    start: usize,
    place: usize,
}

impl Noise {
    fn of(seed: u64) -> Self {
        let numbers = sequence();
        let mut noise =
            Self { numbers, start: usize::try_from(seed % COUNT as u64).unwrap_or(0), place: 0 };
        noise.place = noise.begin();
        noise
    }

    /// Where the walk begins: the sequence itself tells.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 499")]
    fn begin(&self) -> usize {
        self.numbers.get(self.start).map_or(0, |number| (number * 500.0) as usize)
    }

    fn next(&mut self) -> f64 {
        let number = self.numbers.get(self.place).copied().unwrap_or_default();
        self.place += 1;
        if self.place == COUNT {
            self.start = (self.start + 1) % COUNT;
            self.place = self.begin();
        }
        number.into()
    }
}

/// The generator of S. Park and K. Miller, from 1.
fn sequence() -> &'static [f32] {
    static NUMBERS: OnceLock<Vec<f32>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let mut seed: u64 = 1;
        let next = |_| {
            seed = seed * 16_807 % 2_147_483_647;
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "as the standard has it"
            )]
            let number = (seed as f64 / 2_147_483_647.0) as f32;
            number
        };
        (0..COUNT).map(next).collect()
    })
}
