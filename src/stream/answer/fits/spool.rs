//! Rows that wait in a temporary file.
//!
//! In: rows as BINARY2 has them. Out: the same rows, as often as they are asked for, cell by cell.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};

use super::column::Column;
use crate::diag::Result;
use crate::stream::sink::unwritable;
use crate::votable::{Shape, binary};

/// The file; it has no name, so nothing is left when the program dies.
pub struct Spool {
    file: BufWriter<File>,
    rows: u64,
}

/// The bytes of a row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    bytes: &'a [u8],
    flags: usize,
}

/// A cell of a row.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Whether it is NULL.
    pub null: bool,
    /// Elements; bytes of text.
    pub count: usize,
    /// Big-endian.
    pub bytes: &'a [u8],
}

impl Spool {
    /// An empty one, in the folder that TMPDIR names.
    pub fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(|error| unwritable(&error))?;
        Ok(Self { file: BufWriter::with_capacity(256 << 10, file), rows: 0 })
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends a row, and has the columns see it.
    pub fn push(&mut self, bytes: &[u8], columns: &mut [Column]) -> Result<()> {
        let mut rest = Row::new(bytes, columns.len()).cells_of(bytes);
        for (index, column) in columns.iter_mut().enumerate() {
            let cell = rest.next(index, column);
            column.see(&cell);
        }
        let length = u64::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
        let written = self.file.write_all(&length).and_then(|()| self.file.write_all(bytes));
        written.map_err(|error| unwritable(&error))?;
        self.rows += 1;
        Ok(())
    }

    /// Shows all rows to `take`.
    pub fn each(
        &mut self,
        columns: usize,
        mut take: impl FnMut(Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let failed = |error: std::io::Error| unwritable(&error);
        self.file.flush().map_err(failed)?;
        self.file.get_mut().rewind().map_err(failed)?;
        let mut file = BufReader::with_capacity(256 << 10, self.file.get_ref());
        let (mut length, mut bytes) = ([0; 8], Vec::new());
        for _ in 0..self.rows {
            file.read_exact(&mut length).map_err(failed)?;
            bytes.resize(usize::try_from(u64::from_be_bytes(length)).unwrap_or_default(), 0);
            file.read_exact(&mut bytes).map_err(failed)?;
            take(Row::new(&bytes, columns))?;
        }
        Ok(())
    }
}

impl<'a> Row<'a> {
    fn new(bytes: &'a [u8], columns: usize) -> Self {
        Self { bytes, flags: columns.div_ceil(8) }
    }

    fn cells_of(self, bytes: &'a [u8]) -> Rest<'a> {
        Rest { row: bytes, rest: bytes.get(self.flags..).unwrap_or_default() }
    }

    /// Its cells, one for each column.
    pub fn cells(self, columns: &'a [Column]) -> impl Iterator<Item = Cell<'a>> {
        let mut rest = self.cells_of(self.bytes);
        columns.iter().enumerate().map(move |(index, column)| rest.next(index, column))
    }
}

/// What of a row has not been read.
struct Rest<'a> {
    row: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Rest<'a> {
    fn next(&mut self, index: usize, column: &Column) -> Cell<'a> {
        let flag = self.row.get(index / 8).copied().unwrap_or_default();
        let count = match column.shape {
            Shape::One => 1,
            Shape::Fixed(count) => count,
            Shape::Variable => {
                let (head, rest) = self.rest.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
                self.rest = rest;
                u32::from_be_bytes(*head) as usize
            }
        };
        let size = binary::size(column.datatype, count).min(self.rest.len());
        let (bytes, rest) = self.rest.split_at(size);
        self.rest = rest;
        Cell { null: flag & (0x80 >> (index % 8)) != 0, count, bytes }
    }
}
