//! HCOMPRESS_1 (FITS 4.0, section 10.4.4; R. L. White, P. Greenfield 1992).
//!
//! In: the coefficients of an H-transform: four quadrants, each bit plane a quadtree in Huffman's code, most
//! significant bits first, then the signs. Out: integers.

use super::bits::Bits;
use super::htransform::{Grid, depth, inverse};

/// What a stream begins with.
const MAGIC: [u8; 2] = [0xdd, 0x99];
/// Bytes before the quadtrees.
const HEAD: usize = 25;

/// The pixels of a tile of `side` pixels.
pub fn decode(bytes: &[u8], side: (usize, usize)) -> Option<Vec<i32>> {
    let (head, trees) = bytes.split_at_checked(HEAD)?;
    let (magic, head) = head.split_at_checked(2)?;
    let (numbers, head) = head.split_at_checked(12)?;
    let [rows, columns, scale] = *numbers.as_chunks::<4>().0 else { return None };
    let [rows, columns, scale] = [rows, columns, scale].map(i32::from_be_bytes);
    let (sum, planes) = head.split_first_chunk::<8>()?;
    let &[whole, mixed, fine] = planes else { return None };
    let same = usize::try_from(rows) == Ok(side.1) && usize::try_from(columns) == Ok(side.0);
    if magic != MAGIC || !same {
        return None;
    }
    let mut grid = Grid::new(side.1, side.0);
    let (upper, left) = (side.1.div_ceil(2), side.0.div_ceil(2));
    let (lower, right) = (side.1 / 2, side.0 / 2);
    let mut bits = Bits::new(trees);
    quadrant(&mut bits, &mut grid, (0, 0), (upper, left), whole)?;
    quadrant(&mut bits, &mut grid, (0, left), (upper, right), mixed)?;
    quadrant(&mut bits, &mut grid, (upper, 0), (lower, left), mixed)?;
    quadrant(&mut bits, &mut grid, (upper, left), (lower, right), fine)?;
    // The trees end with an empty code; signs begin with the next byte.
    if bits.take(4)? != 0 {
        return None;
    }
    let used = trees.len() - bits.rest().len() - bits.held_bytes();
    let mut signs = Bits::new(trees.get(used..)?);
    for number in grid.numbers().iter_mut().filter(|number| **number != 0) {
        if signs.take(1)? == 1 {
            *number = number.wrapping_neg();
        }
    }
    *grid.numbers().first_mut()? = i64::from_be_bytes(*sum);
    if scale > 1 {
        grid.numbers().iter_mut().for_each(|number| *number = number.wrapping_mul(scale.into()));
    }
    inverse(&mut grid);
    #[expect(clippy::cast_possible_truncation, reason = "pixels have 32 bits")]
    let pixels = grid.numbers().iter().map(|number| *number as i32).collect();
    Some(pixels)
}

/// Reads the bit planes of a quadrant at `place` of the grid, of `size` rows and columns.
fn quadrant(
    bits: &mut Bits<'_>,
    grid: &mut Grid,
    place: (usize, usize),
    size: (usize, usize),
    planes: u8,
) -> Option<()> {
    if planes > 62 {
        return None;
    }
    for plane in (0..planes).rev() {
        let codes = match bits.take(4)? {
            // A plane that a tree would not make smaller.
            0 => {
                let count = size.0.div_ceil(2) * size.1.div_ceil(2);
                (0..count).map(|_| bits.take(4)).collect::<Option<Vec<_>>>()?
            }
            15 => tree(bits, size)?,
            _ => return None,
        };
        let across = size.1.div_ceil(2).max(1);
        for (index, code) in codes.into_iter().enumerate().filter(|(_, code)| *code != 0) {
            let (row, column) = (index / across * 2, index % across * 2);
            for (bit, down, right) in [(8, 0, 0), (4, 0, 1), (2, 1, 0), (1, 1, 1)] {
                if code & bit != 0 && row + down < size.0 && column + right < size.1 {
                    grid.set_bit(place.0 + row + down, place.1 + column + right, plane);
                }
            }
        }
    }
    Some(())
}

/// The codes of the lowest level of a quadtree, each for four pixels. A bit of a code says that there is one below.
fn tree(bits: &mut Bits<'_>, size: (usize, usize)) -> Option<Vec<u32>> {
    let levels = depth(size.0.max(size.1));
    let mut codes = vec![code(bits)?];
    let mut across = 1;
    for level in 1..levels {
        // Codes of this level: a half of the pixels, halved again for each level below.
        let shift = levels - level;
        let (rows, columns) = (size.0.div_ceil(1 << shift), size.1.div_ceil(1 << shift));
        let mut next = vec![0; rows * columns];
        for (index, code) in codes.iter().enumerate().filter(|(_, code)| **code != 0) {
            let (row, column) = (index / across * 2, index % across * 2);
            for (bit, down, right) in [(8, 0, 0), (4, 0, 1), (2, 1, 0), (1, 1, 1)] {
                let inside = row + down < rows && column + right < columns;
                if code & bit != 0 && inside {
                    *next.get_mut((row + down) * columns + column + right)? = 1;
                }
            }
        }
        // They come from the last one to the first one.
        for place in next.iter_mut().rev().filter(|place| **place != 0) {
            *place = code(bits)?;
        }
        (codes, across) = (next, columns.max(1));
    }
    Some(codes)
}

/// The next code: which of four are set.
fn code(bits: &mut Bits<'_>) -> Option<u32> {
    let mut read = bits.take(3)?;
    if read < 4 {
        return Some(1 << read);
    }
    let mut longer = |read: &mut u32| {
        *read = (*read << 1) | bits.take(1)?;
        Some(*read)
    };
    Some(match longer(&mut read)? {
        8 => 3,
        9 => 5,
        10 => 10,
        11 => 12,
        12 => 15,
        _ => match longer(&mut read)? {
            26 => 6,
            27 => 7,
            28 => 9,
            29 => 11,
            30 => 13,
            _ => match longer(&mut read)? {
                62 => 0,
                _ => 14,
            },
        },
    })
}
