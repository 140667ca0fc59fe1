//! Columns of a binary table: what is seen of their values, and how they are stored therefore.

use super::spool::Cell;
use crate::catalog;
use crate::votable::{Datatype, Field, Shape, binary};

/// Integers at the end of their range that are watched, to find one that no value has.
const WATCHED: u64 = 64;
/// Bytes of padding that are no reason for variable length.
const PADDING: u64 = 1 << 20;

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name, which no other column has.
    pub name: String,
    /// Type; text of all kinds is char.
    pub datatype: Datatype,
    /// Elements in the spool.
    pub shape: Shape,
    /// How it is stored.
    pub layout: Layout,
    declared: Shape,
    longest: usize,
    total: u64,
    nulls: bool,
    /// Which of the watched integers are values, from the lowest bit on.
    taken: u64,
}

/// How values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In the row, as many elements for each.
    Inline(usize),
    /// Behind the rows; `long` with 64-bit places.
    Heap {
        /// Whether the places have 64 bits.
        long: bool,
    },
}

impl Column {
    /// Nothing is seen of it yet.
    pub fn new(about: &catalog::Column, name: String) -> Self {
        let field = about.field();
        let text = field.datatype.is_text();
        let declared = field.shape();
        Self {
            name,
            datatype: if text { Datatype::Char } else { field.datatype },
            shape: if text { Shape::Variable } else { declared },
            layout: Layout::Inline(1),
            declared,
            longest: 0,
            total: 0,
            nulls: false,
            taken: 0,
        }
    }

    /// The field of the rows that wait.
    pub fn spooled(&self) -> Field {
        let arraysize = match self.shape {
            Shape::One => String::new(),
            Shape::Fixed(count) => count.to_string(),
            Shape::Variable => "*".to_owned(),
        };
        Field {
            id: String::new(),
            name: self.name.clone(),
            datatype: self.datatype,
            arraysize,
            xtype: String::new(),
            unit: String::new(),
            ucd: String::new(),
            utype: String::new(),
            reference: String::new(),
            description: String::new(),
        }
    }

    /// Takes note of a value.
    pub fn see(&mut self, cell: &Cell<'_>) {
        if cell.null {
            self.nulls = true;
            return;
        }
        self.longest = self.longest.max(cell.count);
        self.total += cell.bytes.len() as u64;
        if binary::null(self.datatype).is_some() {
            for element in cell.bytes.chunks_exact(binary::width(self.datatype)) {
                self.taken |= 1_u64.checked_shl(self.distance(element)).unwrap_or_default();
            }
        }
    }

    /// How far an integer is from the first watched one; from 64 on for all others.
    fn distance(&self, element: &[u8]) -> u32 {
        let number = element.iter().fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
        // The sign of numbers with less than 64 bits.
        let number = match self.datatype {
            Datatype::Short => number << 48 >> 48,
            Datatype::Int => number << 32 >> 32,
            _ => number,
        };
        let first = binary::null(self.datatype).unwrap_or_default();
        let distance = number.abs_diff(first);
        u32::try_from(distance.min(WATCHED)).unwrap_or(u32::MAX)
    }

    /// Chooses how it is stored, once all of `rows` are seen.
    pub fn decide(&mut self, rows: u64) {
        let heap = Layout::Heap { long: false };
        self.layout = match self.shape {
            Shape::One => Layout::Inline(1),
            Shape::Fixed(count) => Layout::Inline(count),
            Shape::Variable if self.datatype != Datatype::Char => heap,
            Shape::Variable => {
                let width = match self.declared {
                    Shape::Fixed(count) => count.max(self.longest),
                    _ => self.longest.max(1),
                };
                let all = rows.saturating_mul(width as u64);
                let padded = all > self.total.saturating_mul(4).saturating_add(PADDING);
                if padded { heap } else { Layout::Inline(width) }
            }
        };
    }

    /// Has the places behind the rows take 64 bits.
    pub fn lengthen(&mut self) {
        if let Layout::Heap { long } = &mut self.layout {
            *long = true;
        }
    }

    /// Bytes in a row.
    pub fn width(&self) -> usize {
        match self.layout {
            Layout::Inline(count) => binary::size(self.datatype, count),
            Layout::Heap { long: false } => 8,
            Layout::Heap { long: true } => 16,
        }
    }

    /// Bytes behind the rows.
    pub fn heap(&self) -> u64 {
        if matches!(self.layout, Layout::Heap { .. }) { self.total } else { 0 }
    }

    /// TFORM.
    pub fn form(&self) -> String {
        let letter = match self.datatype {
            Datatype::Boolean => 'L',
            Datatype::Bit => 'X',
            Datatype::UnsignedByte => 'B',
            Datatype::Short => 'I',
            Datatype::Int => 'J',
            Datatype::Long => 'K',
            Datatype::Float => 'E',
            Datatype::Double => 'D',
            Datatype::FloatComplex => 'C',
            Datatype::DoubleComplex => 'M',
            Datatype::Char | Datatype::UnicodeChar => 'A',
        };
        match self.layout {
            Layout::Inline(count) => format!("{count}{letter}"),
            Layout::Heap { long } => {
                format!("1{}{letter}({})", if long { 'Q' } else { 'P' }, self.longest)
            }
        }
    }

    /// TNULL: an integer that no value is, if there are NULLs.
    pub fn null(&self) -> Option<i64> {
        let first = binary::null(self.datatype).filter(|_| self.nulls)?;
        let step = i64::from(self.taken.trailing_ones()) % 64;
        Some(if first > 0 { first - step } else { first + step })
    }

    /// Appends what stands in the row; `heap` is where the next value behind the rows begins.
    pub fn write(&self, cell: &Cell<'_>, heap: &mut u64, out: &mut Vec<u8>) {
        let begin = out.len();
        let count = match self.layout {
            Layout::Inline(_) if cell.null && self.null().is_some() => {
                let null = self.null().unwrap_or_default().to_be_bytes();
                let width = binary::width(self.datatype);
                while out.len() < begin + self.width() {
                    out.extend_from_slice(null.get(8 - width..).unwrap_or_default());
                }
                return;
            }
            Layout::Inline(_) => {
                // What BINARY2 has in NULL cells is right but for texts, which are padded.
                self.data(cell, out);
                return out.resize(begin + self.width(), 0);
            }
            Layout::Heap { .. } if cell.null => 0,
            Layout::Heap { .. } => cell.count,
        };
        let place = [count as u64, *heap];
        for number in place {
            match self.layout {
                Layout::Heap { long: true } => out.extend_from_slice(&number.to_be_bytes()),
                // Below 2^31, as all that is behind the rows.
                _ => {
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    out.extend_from_slice(&number.to_be_bytes());
                }
            }
        }
        if !cell.null {
            *heap += cell.bytes.len() as u64;
        }
    }

    /// Appends the bytes of a value as FITS has them.
    pub fn data(&self, cell: &Cell<'_>, out: &mut Vec<u8>) {
        match self.datatype {
            Datatype::Char => {
                let printable = |byte: u8| matches!(byte, 0x20..=0x7e);
                if cell.bytes.iter().all(|byte| printable(*byte)) {
                    return out.extend_from_slice(cell.bytes);
                }
                // One sign for a character, however many bytes it has.
                let starts = cell.bytes.iter().filter(|byte| **byte & 0xc0 != 0x80);
                let begin = out.len();
                out.extend(starts.map(|byte| if printable(*byte) { *byte } else { b'?' }));
                // The place that was reckoned with is kept.
                out.resize(begin + cell.bytes.len(), 0);
            }
            Datatype::Boolean => {
                out.extend(cell.bytes.iter().map(|byte| if *byte == b'?' { 0 } else { *byte }));
            }
            _ => out.extend_from_slice(cell.bytes),
        }
    }
}
