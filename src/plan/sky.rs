//! Places on the sky as Butler's common pixels.

use crate::geom::Region;

/// The level of Butler's common skypix dimension, `htm7`.
pub const LEVEL: u32 = 7;

/// Trixels of [`LEVEL`] of which the region of a column overlaps one.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    /// The position of the column in its table.
    pub column: usize,
    /// Where the column is not a region but the longitude of one's centre, and it is the centre that is in
    /// a trixel: the position of the latitude.
    pub latitude: Option<usize>,
    /// What the region, or its centre, must share a direction with.
    pub shape: Region,
    /// Ranges of trixels, ends included.
    pub ranges: Vec<(u64, u64)>,
}
