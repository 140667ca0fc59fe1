//! The columns of a table that has tiles (FITS 4.0, sections 7.3 and 10.1.3).
//!
//! In: a header, then the file. Out: rows, and the arrays in the heap that they point to.

use std::io::{Read, Seek, SeekFrom};

use super::{Error, Hdu, Result};
use crate::fits::file::axes;

/// Most bytes of a row: there are seven columns of 16 bytes at most in common files.
const MOST_ROW: u64 = 1 << 20;

/// Where a column is in a row, and what it has there.
#[derive(Debug, Clone)]
pub struct Column {
    place: usize,
    form: u8,
    element: u64,
}

/// The columns that matter.
#[derive(Debug, Clone)]
pub struct Columns {
    number: usize,
    start: u64,
    row_length: usize,
    heap: (u64, u64),
    /// Rows of the table: tiles.
    pub rows: u64,
    /// COMPRESSED_DATA.
    pub compressed: Column,
    /// GZIP_COMPRESSED_DATA: floats that were not quantised.
    pub gzip: Option<Column>,
    /// UNCOMPRESSED_DATA: what does not get smaller.
    pub raw: Option<Column>,
    /// ZSCALE.
    pub scale: Option<Column>,
    /// ZZERO.
    pub zero: Option<Column>,
    /// ZBLANK.
    pub blank: Option<Column>,
}

impl Columns {
    /// Finds them in a header.
    pub fn of(hdu: &Hdu, number: usize) -> Result<Self> {
        let header = &hdu.header;
        let wrong =
            |what: &str| Error::damaged(format!("{what} of HDU {number} is not what it must be"));
        let &[row_length, rows] = &*axes(header, "NAXIS", number)? else {
            return Err(wrong("NAXIS"));
        };
        if row_length > MOST_ROW {
            return Err(Error::TooLarge(format!(
                "HDU {number} has rows of more than {MOST_ROW} bytes"
            )));
        }
        let table = rows.checked_mul(row_length).ok_or_else(|| wrong("NAXIS2"))?;
        let heap = match header.integer("THEAP")? {
            None => table,
            Some(place) => u64::try_from(place).map_err(|_| wrong("THEAP"))?,
        };
        if heap < table || heap > hdu.length {
            return Err(wrong("THEAP"));
        }
        let fields = header.integer("TFIELDS")?.filter(|n| (1..=999).contains(n));
        let mut found = Vec::new();
        let mut place: u64 = 0;
        for field in 1..=fields.ok_or_else(|| wrong("TFIELDS"))? {
            let key = format!("TFORM{field}");
            let (form, element, length) =
                header.text(&key).as_deref().and_then(parse).ok_or_else(|| wrong(&key))?;
            let column =
                Column { place: usize::try_from(place).map_err(|_| wrong(&key))?, form, element };
            place = place
                .checked_add(length)
                .filter(|p| *p <= row_length)
                .ok_or_else(|| wrong(&key))?;
            let name = header.text(&format!("TTYPE{field}")).unwrap_or_default();
            found.push((name.to_ascii_uppercase(), column));
        }
        let take = |name: &str, forms: &[u8]| {
            let column =
                found.iter().find(|(known, _)| known == name).map(|(_, column)| column.clone());
            match column {
                Some(column) if !forms.contains(&column.form) => Err(wrong(name)),
                column => Ok(column),
            }
        };
        Ok(Self {
            number,
            start: hdu.start,
            row_length: usize::try_from(row_length).map_err(|_| wrong("NAXIS1"))?,
            heap: (hdu.start + heap, hdu.start + hdu.length),
            rows,
            compressed: take("COMPRESSED_DATA", b"PQ")?.ok_or_else(|| wrong("COMPRESSED_DATA"))?,
            gzip: take("GZIP_COMPRESSED_DATA", b"PQ")?,
            raw: take("UNCOMPRESSED_DATA", b"PQ")?,
            scale: take("ZSCALE", b"DE")?,
            zero: take("ZZERO", b"DE")?,
            blank: take("ZBLANK", b"JIBK")?,
        })
    }

    /// Reads a row.
    pub fn row<R: Read + Seek>(&self, index: u64, input: &mut R) -> Result<Vec<u8>> {
        let mut row = vec![0; self.row_length];
        input.seek(SeekFrom::Start(self.start + index * self.row_length as u64))?;
        input.read_exact(&mut row)?;
        Ok(row)
    }

    /// Reads the array that a row points to.
    pub fn array<R: Read + Seek>(
        &self,
        row: &[u8],
        column: &Column,
        input: &mut R,
    ) -> Result<Vec<u8>> {
        let wrong =
            || Error::damaged(format!("a tile of HDU {} is outside of the heap", self.number));
        let pair = match column.form {
            b'P' => {
                pair::<4>(row, column.place).map(|pair| pair.map(|b| u32::from_be_bytes(b).into()))
            }
            _ => pair::<8>(row, column.place).map(|pair| pair.map(u64::from_be_bytes)),
        };
        let [count, offset] = pair.ok_or_else(wrong)?;
        let length = count.checked_mul(column.element).ok_or_else(wrong)?;
        let first = self.heap.0.checked_add(offset).ok_or_else(wrong)?;
        first.checked_add(length).filter(|end| *end <= self.heap.1).ok_or_else(wrong)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| wrong())?];
        input.seek(SeekFrom::Start(first))?;
        input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Column {
    /// The number of a row.
    pub fn real(&self, row: &[u8]) -> Option<f64> {
        let bytes = row.get(self.place..)?;
        match self.form {
            b'D' => bytes.first_chunk().map(|bytes| f64::from_be_bytes(*bytes)),
            b'E' => bytes.first_chunk().map(|bytes| f32::from_be_bytes(*bytes).into()),
            _ => None,
        }
    }

    /// The integer of a row.
    pub fn integer(&self, row: &[u8]) -> Option<i64> {
        let bytes = row.get(self.place..)?;
        match self.form {
            b'K' => bytes.first_chunk().map(|bytes| i64::from_be_bytes(*bytes)),
            b'J' => bytes.first_chunk().map(|bytes| i32::from_be_bytes(*bytes).into()),
            b'I' => bytes.first_chunk().map(|bytes| i16::from_be_bytes(*bytes).into()),
            b'B' => bytes.first().map(|byte| i64::from(*byte)),
            _ => None,
        }
    }
}

/// The two numbers of a descriptor.
fn pair<const N: usize>(row: &[u8], place: usize) -> Option<[[u8; N]; 2]> {
    let bytes = row.get(place..)?.as_chunks::<N>().0;
    Some([*bytes.first()?, *bytes.get(1)?])
}

/// Letter, bytes of an element, and bytes in the row, of a TFORM.
fn parse(form: &str) -> Option<(u8, u64, u64)> {
    let form = form.trim_start();
    let digits = form.find(|c: char| !c.is_ascii_digit())?;
    let (count, rest) = form.split_at_checked(digits)?;
    let count: u64 = if count.is_empty() { 1 } else { count.parse().ok()? };
    let letter = *rest.as_bytes().first()?;
    let element = |letter| match letter {
        b'L' | b'B' | b'A' => Some(1),
        b'I' => Some(2),
        b'J' | b'E' => Some(4),
        b'K' | b'D' | b'C' => Some(8),
        b'M' => Some(16),
        _ => None,
    };
    let (element, width) = match letter {
        b'P' => (element(*rest.as_bytes().get(1)?)?, 8),
        b'Q' => (element(*rest.as_bytes().get(1)?)?, 16),
        b'X' => return Some((letter, 1, count.div_ceil(8))),
        _ => (element(letter)?, element(letter)?),
    };
    Some((letter, element, count.checked_mul(width)?))
}
