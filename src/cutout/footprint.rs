//! Which pixels a shape touches.
//!
//! In: the coordinates of an image, its size, a region. Out: the smallest box of pixels that has every pixel whose
//! area shares a point with the region; nothing where there is none. The area of a pixel is the polygon on the sky
//! between its four corners, with great circles as edges.
//!
//! The image is divided into cells, cells into quarters. A cell whose surrounding circle is apart from the region is
//! done, one whose circle is inside the region belongs to the box whole, and one that the box already has tells
//! nothing new; so that single pixels are only looked at where the region ends. The way goes from pixels to the sky
//! only: poles, the meridian 0, and what is behind a projection need no care.

use std::collections::VecDeque;

use crate::fits::PixelBox;
use crate::geom::{
    Circle, Region, Vector3, contains, contains_point, distance, intersects, polygon,
};

/// Into how many cells each side is divided at first: within these, coordinates are nearly even.
const CELLS: u64 = 8;
/// How much larger than its corners say the circle around a cell is, for the curves of distortions.
const MARGIN: f64 = 1.25;
/// Added to it, in radians.
const LEAST: f64 = 1.0e-12;
/// A cell with no sky at its nine places is given up when it is this part of the image.
const FINEST: u64 = 128;

/// The box of an image of `size` pixels. `sky` tells the direction of a place, the centre of the first pixel being
/// (1, 1).
pub fn footprint(
    sky: impl Fn(f64, f64) -> Option<Vector3>,
    size: (u64, u64),
    region: &Region,
) -> Option<PixelBox> {
    let search = Search { sky, region, around: region.bounding_circle(), size };
    let mut cells: VecDeque<PixelBox> = VecDeque::new();
    for y in parts(size.1) {
        cells.extend(parts(size.0).map(|x| PixelBox { x, y }));
    }
    let mut found: Option<PixelBox> = None;
    while let Some(cell) = cells.pop_front() {
        if found.is_some_and(|found| found.holds(&cell)) {
            continue;
        }
        match search.look(&cell) {
            Look::Apart => {}
            Look::Touches => found = Some(found.map_or(cell, |found| found.with(&cell))),
            Look::Open => cells.extend(quarters(&cell)),
        }
    }
    found
}

/// What is known of a cell.
enum Look {
    Apart,
    /// All of it belongs to the box.
    Touches,
    /// Its parts must be looked at.
    Open,
}

struct Search<'a, F> {
    sky: F,
    region: &'a Region,
    around: Option<Circle>,
    size: (u64, u64),
}

impl<F: Fn(f64, f64) -> Option<Vector3>> Search<'_, F> {
    fn look(&self, cell: &PixelBox) -> Look {
        let (x, y) = (edges(cell.x), edges(cell.y));
        let corners =
            [(x.0, y.0), (x.2, y.0), (x.2, y.2), (x.0, y.2)].map(|(x, y)| (self.sky)(x, y));
        let centre = (self.sky)(x.1, y.1);
        if cell.area() == 1 {
            return if self.pixel(corners, centre) { Look::Touches } else { Look::Apart };
        }
        let sides = [(x.1, y.0), (x.2, y.1), (x.1, y.2), (x.0, y.1)].map(|(x, y)| (self.sky)(x, y));
        let places = corners.into_iter().chain(sides);
        let Some(centre) = centre else {
            let small = cell.size().0 <= (self.size.0 / FINEST).max(1)
                && cell.size().1 <= (self.size.1 / FINEST).max(1);
            return if small && places.flatten().next().is_none() {
                Look::Apart
            } else {
                Look::Open
            };
        };
        let mut radius = places.map(|place| place.map(|place| distance(centre, place)));
        let radius =
            radius.try_fold(0.0, |most: f64, radius| radius.map(|radius| most.max(radius)));
        let Some(radius) = radius.map(|radius| radius * MARGIN + LEAST) else { return Look::Open };
        let far = |around: &Circle| {
            !around.is_full()
                && distance(around.center, centre) > around.opening_angle + radius + 1e-7
        };
        if self.around.as_ref().is_some_and(far) {
            return Look::Apart;
        }
        let circle = Region::Circle(Circle::from_angle(centre, radius));
        if !intersects(&circle, self.region) {
            Look::Apart
        } else if contains(self.region, &circle) {
            Look::Touches
        } else {
            Look::Open
        }
    }

    /// Whether the area of a pixel shares a point with the region.
    fn pixel(&self, corners: [Option<Vector3>; 4], centre: Option<Vector3>) -> bool {
        let places: Vec<Vector3> = corners.into_iter().flatten().collect();
        if places.len() < corners.len() {
            // At the edge of a projection: what of it is known to have sky.
            return places
                .into_iter()
                .chain(centre)
                .any(|place| contains_point(self.region, place));
        }
        if let Ok(area) = polygon(&places) {
            return intersects(&area, self.region);
        }
        // Corners that coincide, as at the pole of a cylinder, or a pixel as large as the sky.
        let Some(centre) = centre else { return true };
        let radius = places.iter().map(|place| distance(centre, *place)).fold(0.0, f64::max);
        intersects(&Region::Circle(Circle::from_angle(centre, radius)), self.region)
    }
}

/// First edge, middle and last edge of a cell along an axis.
#[expect(
    clippy::cast_precision_loss,
    reason = "images have far less than 2^53 pixels along an axis"
)]
fn edges((first, last): (u64, u64)) -> (f64, f64, f64) {
    let (first, last) = (first as f64 + 0.5, last as f64 + 0.5);
    (first, 0.5 * (first + last), last)
}

/// A side in parts.
fn parts(length: u64) -> impl Iterator<Item = (u64, u64)> {
    let step = length.div_ceil(CELLS).max(1);
    (0..length.div_ceil(step)).map(move |part| (part * step, ((part + 1) * step).min(length)))
}

/// A cell in four, or in two where it is one pixel wide.
fn quarters(cell: &PixelBox) -> impl Iterator<Item = PixelBox> {
    let halves = |(first, last): (u64, u64)| {
        let middle = first + (last - first).div_ceil(2);
        [(first, middle), (middle, last)].into_iter().filter(|(first, last)| first < last)
    };
    let rows: Vec<(u64, u64)> = halves(cell.y).collect();
    let columns: Vec<(u64, u64)> = halves(cell.x).collect();
    rows.into_iter().flat_map(move |y| columns.clone().into_iter().map(move |x| PixelBox { x, y }))
}
