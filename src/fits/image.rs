//! Pixels of images.
//!
//! In: an HDU and a box of pixels. Out: the pixels of the box, row by row, as bytes of the file (big-endian,
//! BSCALE and BZERO not applied). Of plain images only the rows of the box are read, of compressed ones only the
//! tiles that it touches.

use std::io::{Read, Seek, SeekFrom, Write};

use super::file::{axes, pixel_bytes};
use super::tile::Tiles;
use super::{Error, Hdu, Result};

/// Pixels of the first two axes, from 0, ends not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    /// First and last pixel along NAXIS1.
    pub x: (u64, u64),
    /// First and last pixel along NAXIS2.
    pub y: (u64, u64),
}

impl PixelBox {
    /// Pixels along both axes.
    pub fn size(&self) -> (u64, u64) {
        (self.x.1 - self.x.0, self.y.1 - self.y.0)
    }

    /// Number of pixels of a plane.
    pub fn area(&self) -> u64 {
        let (width, height) = self.size();
        width.saturating_mul(height)
    }

    /// Whether it holds all of `other`.
    pub fn holds(&self, other: &Self) -> bool {
        self.x.0 <= other.x.0
            && other.x.1 <= self.x.1
            && self.y.0 <= other.y.0
            && other.y.1 <= self.y.1
    }

    /// The smallest box with both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let join = |a: (u64, u64), b: (u64, u64)| (a.0.min(b.0), a.1.max(b.1));
        Self { x: join(self.x, other.x), y: join(self.y, other.y) }
    }
}

/// An image of two or more axes.
#[derive(Debug, Clone)]
pub struct Image {
    /// Pixels along each axis.
    pub axes: Vec<u64>,
    /// BITPIX of the image, not that of the table which holds a compressed one.
    pub bitpix: i64,
    /// Bytes of a pixel.
    pub pixel: u64,
    start: u64,
    tiles: Option<Box<Tiles>>,
}

impl Image {
    pub(super) fn of(hdu: &Hdu, number: usize) -> Result<Option<Self>> {
        let header = &hdu.header;
        let is_compressed = header.text("XTENSION").is_some_and(|kind| kind == "BINTABLE")
            && header.is_true("ZIMAGE");
        let is_image = match header.text("XTENSION") {
            None => number == 0 && !header.is_true("GROUPS"),
            Some(kind) => kind == "IMAGE" || kind == "IUEIMAGE",
        };
        let prefix = match (is_compressed, is_image) {
            (true, _) => "Z",
            (_, true) => "",
            _ => return Ok(None),
        };
        let axes = axes(header, &format!("{prefix}NAXIS"), number)?;
        if axes.len() < 2 || axes.contains(&0) {
            return Ok(None);
        }
        let bits = format!("{prefix}BITPIX");
        let pixel = pixel_bytes(header, &bits, number)?;
        let bitpix = header.integer(&bits)?.unwrap_or_default();
        let total = axes.iter().try_fold(pixel, |product, axis| product.checked_mul(*axis));
        if total.is_none_or(|total| total > 1 << 60) {
            return Err(Error::damaged(format!("HDU {number} says that it is absurdly large")));
        }
        let tiles = match is_compressed {
            true => Some(Box::new(Tiles::of(hdu, number, &axes, bitpix)?)),
            false => None,
        };
        Ok(Some(Self { axes, bitpix, pixel, start: hdu.start, tiles }))
    }

    /// Pixels along the first two axes.
    pub fn plane(&self) -> (u64, u64) {
        match self.axes.as_slice() {
            [width, height, ..] => (*width, *height),
            _ => (0, 0),
        }
    }

    /// Number of planes: 1 unless there are three axes or more.
    pub fn planes(&self) -> u64 {
        self.axes.iter().skip(2).product()
    }

    /// Whether it is stored in tiles.
    pub fn is_compressed(&self) -> bool {
        self.tiles.is_some()
    }

    /// Writes the pixels of a box, of all planes in order. The box must be within the image.
    ///
    /// Memory is that of a row, or, for compressed images, of the tiles that a row goes through.
    ///
    /// # Errors
    /// The file cannot be read, the output not be written, or tiles are damaged.
    pub fn copy<R: Read + Seek>(
        &self,
        part: &PixelBox,
        input: &mut R,
        out: &mut impl Write,
    ) -> Result<()> {
        if let Some(tiles) = &self.tiles {
            return tiles.copy(part, input, out);
        }
        let (width, height) = self.plane();
        let (columns, rows) = part.size();
        // Rows that follow each other in the file are one piece.
        let (pieces, length) = match columns == width {
            true => (1, columns * rows * self.pixel),
            false => (rows, columns * self.pixel),
        };
        for plane in 0..self.planes() {
            for row in 0..pieces {
                let first = (plane * height + part.y.0 + row) * width + part.x.0;
                input.seek(SeekFrom::Start(self.start + first * self.pixel))?;
                if std::io::copy(&mut input.take(length), out)? < length {
                    return Err(Error::damaged("the file ends in an image"));
                }
            }
        }
        Ok(())
    }
}
