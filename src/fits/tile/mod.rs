//! Images in compressed tiles (FITS 4.0, section 10).
//!
//! In: a binary table with ZIMAGE, a box of pixels. Out: the pixels of the box as an image that is not compressed
//! would have them. Integers and losslessly stored floats come out bit for bit; quantised floats by the formula of
//! section 10.2.
//!
//! A tile may have 2^25 pixels; its compressed bytes must be in the file before memory is taken for them.

mod bits;
mod codec;
mod columns;
mod gzip;
mod hcompress;
mod htransform;
mod plio;
mod quantized;
mod rice;

use std::io::{Read, Seek, Write};

use self::codec::{Codec, Decoded};
use self::columns::Columns;
use self::quantized::Quantized;
use super::{Error, Hdu, PixelBox, Result};

/// Most pixels of a tile.
const MOST: u64 = 1 << 25;

/// How an image is stored in tiles.
#[derive(Debug, Clone)]
pub struct Tiles {
    number: usize,
    axes: Vec<u64>,
    shape: Vec<u64>,
    bitpix: i64,
    codec: Codec,
    columns: Columns,
    quantized: Option<Quantized>,
}

impl Tiles {
    /// Reads the description in a header.
    pub fn of(hdu: &Hdu, number: usize, axes: &[u64], bitpix: i64) -> Result<Self> {
        let header = &hdu.header;
        let wrong =
            |key: &str| Error::damaged(format!("{key} of HDU {number} is not what it must be"));
        let mut shape = Vec::with_capacity(axes.len());
        for (index, length) in axes.iter().enumerate() {
            let key = format!("ZTILE{}", index + 1);
            let side = match header.integer(&key)? {
                None if index == 0 => *length,
                None => 1,
                Some(side) => {
                    u64::try_from(side).ok().filter(|side| *side > 0).ok_or_else(|| wrong(&key))?
                }
            };
            shape.push(side.min(*length));
        }
        if shape.iter().skip(2).any(|side| *side != 1) {
            let message = format!("the tiles of HDU {number} go through several planes");
            return Err(Error::unsupported(message));
        }
        let pixels = shape.iter().try_fold(1_u64, |product, side| product.checked_mul(*side));
        if pixels.is_none_or(|pixels| pixels > MOST) {
            let message = format!("the tiles of HDU {number} have more than {MOST} pixels");
            return Err(Error::TooLarge(message));
        }
        if header.has("ZMASKCMP") {
            let message = format!("HDU {number} has NULL_PIXEL_MASK, which is not supported");
            return Err(Error::unsupported(message));
        }
        let columns = Columns::of(hdu, number)?;
        let counts = axes.iter().zip(&shape).map(|(length, side)| length.div_ceil(*side));
        let tiles = counts.fold(1_u64, u64::saturating_mul);
        if columns.rows < tiles {
            let rows = columns.rows;
            let message =
                format!("HDU {number} has {rows} tiles, of the {tiles} that it must have");
            return Err(Error::damaged(message));
        }
        let codec = Codec::of(header, number)?;
        let quantized = Quantized::of(header, &columns, bitpix, number)?;
        if bitpix < 0 && quantized.is_none() && !codec.is_bytes() {
            let message = format!("HDU {number} has floats that are neither quantised nor gzip'ed");
            return Err(Error::damaged(message));
        }
        Ok(Self { number, axes: axes.to_vec(), shape, bitpix, codec, columns, quantized })
    }

    /// Writes the pixels of a box, of all planes.
    pub fn copy<R: Read + Seek>(
        &self,
        part: &PixelBox,
        input: &mut R,
        out: &mut impl Write,
    ) -> Result<()> {
        let (&[width, height, ..], &[across, down, ..]) = (&*self.axes, &*self.shape) else {
            return Ok(());
        };
        let planes: u64 = self.axes.iter().skip(2).product();
        let (tiles_across, tiles_down) = (width.div_ceil(across), height.div_ceil(down));
        let pixel = size(self.bitpix.unsigned_abs() / 8)?;
        let line = size(part.size().0)? * pixel;
        let mut band = Vec::new();
        for plane in 0..planes {
            for tile_y in part.y.0 / down..part.y.1.div_ceil(down) {
                let y = (tile_y * down, ((tile_y + 1) * down).min(height));
                let kept_y = (y.0.max(part.y.0), y.1.min(part.y.1));
                band.clear();
                band.resize(size(kept_y.1 - kept_y.0)? * line, 0);
                for tile_x in part.x.0 / across..part.x.1.div_ceil(across) {
                    let x = (tile_x * across, ((tile_x + 1) * across).min(width));
                    let kept_x = (x.0.max(part.x.0), x.1.min(part.x.1));
                    let index = (plane * tiles_down + tile_y) * tiles_across + tile_x;
                    let side = (size(x.1 - x.0)?, size(y.1 - y.0)?);
                    let tile = self.tile(index, side, input)?;
                    let skipped = size(kept_y.0 - y.0)?;
                    let from = size(kept_x.0 - x.0)? * pixel..size(kept_x.1 - x.0)? * pixel;
                    let to = size(kept_x.0 - part.x.0)? * pixel;
                    let rows = tile.chunks_exact(side.0 * pixel).skip(skipped);
                    for (row, line) in rows.zip(band.chunks_exact_mut(line)) {
                        let pixels = row.get(from.clone()).unwrap_or_default();
                        if let Some(place) = line.get_mut(to..to + pixels.len()) {
                            place.copy_from_slice(pixels);
                        }
                    }
                }
                out.write_all(&band)?;
            }
        }
        Ok(())
    }

    /// The pixels of a tile of `side` pixels, as bytes of an image.
    fn tile<R: Read + Seek>(
        &self,
        index: u64,
        side: (usize, usize),
        input: &mut R,
    ) -> Result<Vec<u8>> {
        let pixels = side.0 * side.1;
        let row = self.columns.row(index, input)?;
        let damaged =
            || Error::damaged(format!("tile {} of HDU {} is damaged", index + 1, self.number));
        let compressed = self.columns.array(&row, &self.columns.compressed, input)?;
        let (decoded, is_plain) = if !compressed.is_empty() {
            (self.codec.decode(&compressed, side).ok_or_else(damaged)?, false)
        } else if let Some(column) = &self.columns.gzip {
            let bytes = self.columns.array(&row, column, input)?;
            (gzip::one(&bytes, pixels * 8).map(Decoded::Bytes).ok_or_else(damaged)?, true)
        } else if let Some(column) = &self.columns.raw {
            (Decoded::Bytes(self.columns.array(&row, column, input)?), true)
        } else {
            return Err(damaged());
        };
        let width = size(self.bitpix.unsigned_abs() / 8)?;
        match (&self.quantized, decoded) {
            (Some(quantized), decoded) if !is_plain => {
                let numbers = decoded.integers(pixels).ok_or_else(damaged)?;
                quantized
                    .floats(&numbers, index, &row, &self.columns, self.bitpix)
                    .ok_or_else(damaged)
            }
            (_, Decoded::Bytes(bytes)) if bytes.len() == pixels * width => Ok(bytes),
            (_, decoded) if self.bitpix > 0 => {
                Ok(narrowed(&decoded.integers(pixels).ok_or_else(damaged)?, self.bitpix))
            }
            _ => Err(damaged()),
        }
    }
}

/// Integers in the width of the image.
fn narrowed(numbers: &[i32], bitpix: i64) -> Vec<u8> {
    match bitpix {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "written from bytes"
        )]
        8 => numbers.iter().map(|n| *n as u8).collect(),
        #[expect(clippy::cast_possible_truncation, reason = "written from 16 bits")]
        16 => numbers.iter().flat_map(|n| (*n as i16).to_be_bytes()).collect(),
        32 => numbers.iter().flat_map(|n| n.to_be_bytes()).collect(),
        _ => numbers.iter().flat_map(|n| i64::from(*n).to_be_bytes()).collect(),
    }
}

/// A length in memory.
fn size(length: u64) -> Result<usize> {
    usize::try_from(length)
        .map_err(|_| Error::TooLarge("an image does not fit into memory".to_owned()))
}
