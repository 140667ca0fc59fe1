//! How many elements the cells of a field have.

use super::Field;

/// The number of elements of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A scalar.
    One,
    /// Always as many, over all dimensions.
    Fixed(usize),
    /// As many as the cell says.
    Variable,
}

impl Field {
    /// What its arraysize means. One that is not of VOTable's grammar counts as variable.
    pub fn shape(&self) -> Shape {
        if self.arraysize.is_empty() {
            return Shape::One;
        }
        let sizes = self.arraysize.split('x').map(|size| size.trim().parse::<usize>().ok());
        match sizes.reduce(|all, size| all?.checked_mul(size?)).flatten() {
            Some(1) => Shape::One,
            Some(count) => Shape::Fixed(count),
            None => Shape::Variable,
        }
    }
}
