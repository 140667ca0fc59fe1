//! Places on the sky as Butler's common pixels.

use std::sync::Arc;

use crate::geom::{Region, Several, htm};

/// The level of Butler's common skypix dimension, `htm7`.
pub const LEVEL: u32 = 7;

/// Ranges at most for one region; one of more is covered by coarser ones.
pub const RANGES: usize = 32;
/// Trixels at most that several regions are covered by, before they are covered by coarser ones too: more
/// than a third of the sky.
const TRIXELS: u64 = 50_000;

/// Trixels of [`LEVEL`] of which the region of a column overlaps one.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    /// The position of the column in its table.
    pub column: usize,
    /// Where the column is not a region but the longitude of one's centre, and it is the centre that is in
    /// a trixel: the position of the latitude.
    pub latitude: Option<usize>,
    /// Regions, of which the region, or its centre, must share a direction with one.
    pub shapes: Arc<Several>,
    /// Ranges of trixels, ends included, ascending and apart.
    pub ranges: Vec<(u64, u64)>,
}

impl Cover {
    /// The cover of regions, any of which may be met.
    pub fn new(column: usize, latitude: Option<usize>, shapes: Vec<Region>) -> Self {
        let ranges = shapes.iter().flat_map(|shape| htm::cover(shape, LEVEL, RANGES));
        let mut ranges = htm::all(ranges.collect());
        if ranges.iter().map(|range| range.end - range.start).sum::<u64>() > TRIXELS {
            htm::coarser(&mut ranges, RANGES);
        }
        let ranges = ranges.iter().map(|range| (range.start, range.end - 1)).collect();
        Self { column, latitude, shapes: Arc::new(Several::new(shapes)), ranges }
    }

    /// How many trixels there are.
    pub fn trixels(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| last - first + 1).sum()
    }
}
