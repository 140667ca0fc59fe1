//! FITS files: headers, images, and images in compressed tiles (FITS 4.0).
//!
//! In: bytes that can be sought, which nobody vouches for. Out: headers, pixels of a box as the file has them
//! (big-endian, not scaled), and cards for what is written. Nothing here takes memory on the word of a header:
//! lengths are compared with the file first.
//!
//! Own code, because a cutout wants raw pixels of a few rows or tiles. cfitsio would be C that reads foreign
//! files, and needs autotools or CMake to build; fitsrs 0.4 knows neither GZIP_2 nor PLIO_1 nor HCOMPRESS_1, and
//! gives whole images.

mod cards;
mod error;
mod file;
mod header;
mod image;
mod tile;

pub use cards::Cards;
pub use error::{Error, Result};
pub use file::{Hdu, read_hdus};
pub use header::{Header, Value, keyword as card_keyword};
pub use image::{Image, PixelBox};

/// Bytes of a block: headers and data are filled up to whole ones.
pub const BLOCK: usize = 2880;

/// Bytes of a card.
pub const CARD: usize = 80;
