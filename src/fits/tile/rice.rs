//! RICE_1 (FITS 4.0, section 10.4.1).
//!
//! In: the first pixel, then the differences of neighbours in blocks; each block has the number of low bits that
//! are stored as they are, the others count in unary. Out: integers.

use super::bits::Bits;

/// Pixels of a block, and bits.
#[derive(Debug, Clone)]
pub struct Rice {
    block: usize,
    width: u32,
    head: u32,
    whole: u32,
}

impl Rice {
    /// Blocks of so many pixels of so many bytes.
    pub fn new(block: i64, bytes: i64) -> Option<Self> {
        let block = usize::try_from(block).ok().filter(|block| (1..=1 << 20).contains(block))?;
        // Bits that tell how a block is stored, and the value that says `not at all`.
        let (width, head, whole) = match bytes {
            1 => (8, 3, 6),
            2 => (16, 4, 14),
            4 => (32, 5, 25),
            _ => return None,
        };
        Some(Self { block, width, head, whole })
    }

    /// The pixels.
    pub fn decode(&self, bytes: &[u8], pixels: usize) -> Option<Vec<i32>> {
        let mut bits = Bits::new(bytes);
        let mut last = bits.take(self.width)?;
        let mut out = Vec::with_capacity(pixels);
        while out.len() < pixels {
            let count = self.block.min(pixels - out.len());
            match bits.take(self.head)?.checked_sub(1) {
                // All are as the last one.
                None => out.resize(out.len() + count, self.signed(last)),
                Some(low) => {
                    for _ in 0..count {
                        let folded = if low == self.whole {
                            bits.take(self.width)?
                        } else {
                            let high = bits.zeros()?;
                            high.checked_shl(low).unwrap_or(0) | bits.take(low)?
                        };
                        // Signs are in the lowest bit.
                        let difference = (folded >> 1) ^ (folded & 1).wrapping_neg();
                        last = last.wrapping_add(difference);
                        out.push(self.signed(last));
                    }
                }
            }
        }
        Some(out)
    }

    /// Bytes have no sign, wider integers do.
    #[inline]
    #[expect(
        clippy::cast_possible_wrap,
        clippy::cast_possible_truncation,
        reason = "that is the format"
    )]
    fn signed(&self, number: u32) -> i32 {
        match self.width {
            8 => i32::from(number as u8),
            16 => i32::from(number as u16 as i16),
            _ => number as i32,
        }
    }
}
