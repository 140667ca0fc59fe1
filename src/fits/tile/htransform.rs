//! The inverse H-transform (R. L. White, P. Greenfield 1992).
//!
//! In: coefficients. Out: pixels. At each level the sum of four pixels and its three differences become the four
//! again. Coefficients are stored without the low bits that others tell, which come back on the way.

/// Numbers in rows and columns.
#[derive(Debug)]
pub struct Grid {
    columns: usize,
    rows: usize,
    numbers: Vec<i64>,
}

impl Grid {
    /// Zeros.
    pub fn new(rows: usize, columns: usize) -> Self {
        Self { columns, rows, numbers: vec![0; rows * columns] }
    }

    /// All numbers, row by row.
    pub fn numbers(&mut self) -> &mut [i64] {
        &mut self.numbers
    }

    /// Sets a bit of a number.
    pub fn set_bit(&mut self, row: usize, column: usize, bit: u8) {
        if let Some(number) = self.numbers.get_mut(row * self.columns + column) {
            *number |= 1 << bit;
        }
    }

    fn at(&self, row: usize, column: usize) -> i64 {
        self.numbers.get(row * self.columns + column).copied().unwrap_or_default()
    }

    fn put(&mut self, row: usize, column: usize, value: i64) {
        if let Some(number) = self.numbers.get_mut(row * self.columns + column) {
            *number = value;
        }
    }

    /// Puts the two halves of so many numbers, `step` apart, between each other.
    fn interleave(&mut self, first: usize, count: usize, step: usize, spare: &mut Vec<i64>) {
        let places = || first..first + count * step;
        spare.clear();
        spare.extend(self.numbers.get(places()).unwrap_or_default().iter().step_by(step));
        let half = count.div_ceil(2);
        let (low, high) = spare.split_at_checked(half).unwrap_or_default();
        let mut rest = self.numbers.get_mut(places()).unwrap_or_default().iter_mut().step_by(step);
        let mut high = high.iter();
        for number in low {
            for number in [Some(number), high.next()].into_iter().flatten() {
                if let Some(place) = rest.next() {
                    *place = *number;
                }
            }
        }
    }
}

/// Doublings up to a length.
pub fn depth(length: usize) -> u32 {
    length.max(1).next_power_of_two().trailing_zeros()
}

/// Rounds away from zero in the middle, to a multiple of a power of two.
fn rounded(number: i64, unit: i64) -> i64 {
    let half = unit >> 1;
    let half = if number >= 0 || half == 0 { half } else { half - 1 };
    number.wrapping_add(half) & unit.wrapping_neg()
}

/// Moves away from zero.
fn outward(number: i64, by: i64) -> i64 {
    if number >= 0 { number.wrapping_add(by) } else { number.wrapping_sub(by) }
}

/// Turns the coefficients into pixels.
pub fn inverse(grid: &mut Grid) {
    let levels = depth(grid.rows.max(grid.columns));
    if let Some(first) = grid.numbers.first_mut().filter(|_| levels > 0) {
        *first = rounded(*first, 4 << (levels - 1));
    }
    let mut spare = Vec::new();
    for level in (0..levels).rev() {
        // What this level makes: the lengths halved, rounded up, for each level below.
        let (rows, columns) = (grid.rows.div_ceil(1 << level), grid.columns.div_ceil(1 << level));
        for row in 0..rows {
            grid.interleave(row * grid.columns, columns, 1, &mut spare);
        }
        for column in 0..columns {
            grid.interleave(column, rows, grid.columns, &mut spare);
        }
        for row in (0..rows).step_by(2) {
            for column in (0..columns).step_by(2) {
                let size = (row + 1 < rows, column + 1 < columns);
                square(grid, (row, column), size, level);
            }
        }
    }
}

/// Four pixels from a sum and three differences; fewer at the edges.
fn square(grid: &mut Grid, (row, column): (usize, usize), size: (bool, bool), level: u32) {
    // The bit that is told by others in a difference of both directions, and in one of one direction.
    let (both, single) = (1_i64 << level, 2_i64 << level);
    let shift = if level == 0 { 2 } else { 1 };
    // On the lowest level a sum of one direction has nothing below it.
    let round = |number: i64, unit: i64| rounded(number, unit);
    let sum = grid.at(row, column);
    match size {
        (true, true) => {
            let down = round(grid.at(row + 1, column), single);
            let right = round(grid.at(row, column + 1), single);
            let cross = round(grid.at(row + 1, column + 1), both);
            let low = cross & both;
            let (down, right) = (outward(down, low), outward(right, low));
            let high = (cross ^ down ^ right) & single;
            let sum = match (sum >= 0, low) {
                (true, _) => sum.wrapping_add(low).wrapping_sub(high),
                (false, 0) => sum.wrapping_add(high),
                (false, _) => sum.wrapping_add(low).wrapping_sub(high),
            };
            let add = |signs: [i64; 3]| {
                let [a, b, c] = signs;
                let sum =
                    sum.wrapping_add(a.wrapping_mul(down)).wrapping_add(b.wrapping_mul(right));
                sum.wrapping_add(c.wrapping_mul(cross)) >> shift
            };
            grid.put(row + 1, column + 1, add([1, 1, 1]));
            grid.put(row + 1, column, add([1, -1, -1]));
            grid.put(row, column + 1, add([-1, 1, -1]));
            grid.put(row, column, add([-1, -1, 1]));
        }
        (false, false) => grid.put(row, column, sum >> shift),
        (has_below, _) => {
            let other = if has_below { (row + 1, column) } else { (row, column + 1) };
            let difference = round(grid.at(other.0, other.1), single);
            let sum = outward(sum, (difference & single).wrapping_neg());
            grid.put(other.0, other.1, sum.wrapping_add(difference) >> shift);
            grid.put(row, column, sum.wrapping_sub(difference) >> shift);
        }
    }
}
