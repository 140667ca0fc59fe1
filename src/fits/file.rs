//! The HDUs of a file (FITS 4.0, sections 3 and 4.4.1).
//!
//! In: a file. Out: the header of each HDU and where its data are. Data that the file does not have are an
//! error at once.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::{BLOCK, Error, Header, Image, Result};

/// Most HDUs that are looked at.
const MOST: usize = 10_000;

/// A header and its data unit.
#[derive(Debug, Clone)]
pub struct Hdu {
    /// Its cards.
    pub header: Header,
    /// First byte of the data in the file.
    pub start: u64,
    /// Bytes of data, without what fills the last block.
    pub length: u64,
}

/// Reads all headers of a file.
///
/// # Errors
/// It is not FITS, is shorter than its headers say, or has too many of them.
pub fn read_hdus<R: Read + Seek>(input: &mut R) -> Result<Vec<Hdu>> {
    let end = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut input = BufReader::with_capacity(8 * BLOCK, input);
    let mut magic = [0; 9];
    if input.read_exact(&mut magic).is_err() || &magic != b"SIMPLE  =" {
        return Err(Error::damaged("the file is not FITS: it does not begin with SIMPLE"));
    }
    input.seek(SeekFrom::Start(0))?;
    let mut hdus: Vec<Hdu> = Vec::new();
    loop {
        // What follows the last HDU and is no extension is not looked at (FITS 4.0, section 3.5).
        let place = input.stream_position()?;
        if place >= end || (!hdus.is_empty() && !begins_extension(&mut input, place)?) {
            return Ok(hdus);
        }
        let Some(header) = Header::read(&mut input)? else { return Ok(hdus) };
        if hdus.len() == MOST {
            return Err(Error::TooLarge(format!("the file has more than {MOST} HDUs")));
        }
        let number = hdus.len();
        let start = input.stream_position()?;
        let length = data_length(&header, number)?;
        let stop = start.checked_add(length).filter(|stop| *stop <= end).ok_or_else(|| {
            Error::damaged(format!("the file ends in the data of HDU {number}: it is cut off"))
        })?;
        hdus.push(Hdu { header, start, length });
        let blocks = (stop - start).next_multiple_of(BLOCK as u64);
        input.seek(SeekFrom::Start(start + blocks))?;
    }
}

/// Whether XTENSION is at this place.
fn begins_extension<R: Read + Seek>(input: &mut BufReader<R>, place: u64) -> Result<bool> {
    let mut key = [0; 8];
    let is_there = input.read_exact(&mut key).is_ok() && &key == b"XTENSION";
    input.seek(SeekFrom::Start(place))?;
    Ok(is_there)
}

/// Bytes of the data: equation 2 of the standard.
fn data_length(header: &Header, number: usize) -> Result<u64> {
    let axes = axes(header, "NAXIS", number)?;
    let bytes = pixel_bytes(header, "BITPIX", number)?;
    if axes.is_empty() {
        return Ok(0);
    }
    let count = |key: &str, default: u64| match header.integer(key)? {
        None => Ok(default),
        Some(count) => u64::try_from(count)
            .map_err(|_| Error::damaged(format!("{key} of HDU {number} is negative"))),
    };
    // Random groups have no first axis.
    let groups = number == 0 && header.is_true("GROUPS") && axes.first() == Some(&0);
    let elements = axes.iter().skip(usize::from(groups)).try_fold(1_u64, |p, n| p.checked_mul(*n));
    let elements = elements.and_then(|elements| elements.checked_add(count("PCOUNT", 0).ok()?));
    count("PCOUNT", 0)?;
    let groups = count("GCOUNT", 1)?;
    elements
        .and_then(|elements| elements.checked_mul(groups)?.checked_mul(bytes))
        .filter(|length| *length < 1 << 62)
        .ok_or_else(|| Error::damaged(format!("HDU {number} says that it is absurdly large")))
}

/// `NAXIS` and `NAXISn`, or those of a compressed image with the prefix `Z`.
pub(super) fn axes(header: &Header, key: &str, number: usize) -> Result<Vec<u64>> {
    let wrong = || Error::damaged(format!("{key} of HDU {number} is not what it must be"));
    let count = header.integer(key)?.filter(|n| (0..=999).contains(n)).ok_or_else(wrong)?;
    (1..=count)
        .map(|axis| {
            let length = header.integer(&format!("{key}{axis}"))?;
            length.and_then(|length| u64::try_from(length).ok()).ok_or_else(wrong)
        })
        .collect()
}

/// Bytes of a pixel.
pub(super) fn pixel_bytes(header: &Header, key: &str, number: usize) -> Result<u64> {
    match header.integer(key)? {
        Some(bits @ (8 | 16 | 32 | 64 | -32 | -64)) => Ok(bits.unsigned_abs() / 8),
        _ => {
            Err(Error::damaged(format!("{key} of HDU {number} is none of 8, 16, 32, 64, -32, -64")))
        }
    }
}

impl Hdu {
    /// The image of this HDU, plain or compressed; `None` where it is none, or has fewer than two axes.
    ///
    /// # Errors
    /// It is a compressed image whose description is wrong, or one that is not understood.
    pub fn image(&self, number: usize) -> Result<Option<Image>> {
        Image::of(self, number)
    }
}
