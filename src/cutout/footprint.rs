//! Which pixels a shape touches.
//!
//! In: the coordinates of an image, its size, a region. Out: the smallest box of pixels that has every pixel whose
//! area shares a point with the region; nothing where there is none. The area of a pixel is the polygon on the sky
//! between its four corners, with great circles as edges; large pixels whose edges are not nearly great circles are
//! taken in parts.
//!
//! The image is divided into cells, cells into quarters. A cell whose surrounding circle is apart from the region is
//! done, and one whose circle is inside a part of the region belongs to the box whole. Each side of the box is looked
//! for by itself, the outermost cells first, until no cell is left that is farther out than what was found: what is
//! inside of the box is never looked at. A cell knows which parts of the region are near, so that its quarters ask
//! no others. The way goes from pixels to the sky only: poles, the meridian 0, and what is behind a projection need
//! no care.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::part::Parts;
use super::stop::{GivenUp, Stop};
use crate::fits::PixelBox;
use crate::geom::{Circle, Region, Vector3, distance, polygon};

/// Into how many cells each side is divided at first: within these, coordinates are nearly even.
const CELLS: u64 = 8;
/// How much larger than its corners say the circle around a cell is, for the curves of distortions.
const MARGIN: f64 = 1.25;
/// Added to it, in radians.
const LEAST: f64 = 1.0e-12;
/// How often a large pixel with bent edges is divided.
const DEEPEST: u32 = 4;
/// Diagonals up to which a pixel's edges are great circles, in radians: 20″.
const SMALL: f64 = 1.0e-4;
/// A cell with no sky at its nine places is given up when it is this part of the image.
const FINEST: u64 = 128;

/// The box of an image of `size` pixels. `sky` tells the direction of a place, the centre of the first pixel being
/// (1, 1).
///
/// # Errors
/// It was given up.
pub fn footprint(
    sky: impl Fn(f64, f64) -> Option<Vector3>,
    size: (u64, u64),
    region: &Region,
    stop: &Stop,
) -> Result<Option<PixelBox>, GivenUp> {
    let search = Search { sky, parts: Parts::of(region), size, stop };
    let all: Rc<[usize]> = search.parts.all().into();
    let mut cells: Vec<Cell> = Vec::new();
    for y in parts(size.1) {
        cells.extend(parts(size.0).map(|x| Cell { pixels: PixelBox { x, y }, near: all.clone() }));
    }
    let mut found: Option<PixelBox> = None;
    let mut open: Vec<Cell> = Vec::new();
    for cell in &cells {
        open.extend(search.opened(cell, &mut found)?);
    }
    for side in [Side::West, Side::East, Side::South, Side::North] {
        search.side(side, &open, &mut found)?;
    }
    Ok(found)
}

/// A side of the box.
#[derive(Debug, Clone, Copy)]
enum Side {
    West,
    East,
    South,
    North,
}

impl Side {
    /// How far out a box is.
    fn reach(self, pixels: &PixelBox) -> u64 {
        match self {
            Self::West => u64::MAX - pixels.x.0,
            Self::East => pixels.x.1,
            Self::South => u64::MAX - pixels.y.0,
            Self::North => pixels.y.1,
        }
    }
}

/// Pixels, and the parts of the region that they can touch.
#[derive(Debug, Clone)]
struct Cell {
    pixels: PixelBox,
    near: Rc<[usize]>,
}

/// What is known of a cell.
enum Look {
    Apart,
    /// All of it belongs to the box.
    Touches,
    /// Its quarters must be looked at, with these parts of the region.
    Open(Rc<[usize]>),
}

struct Search<'a, F> {
    sky: F,
    parts: Parts<'a>,
    size: (u64, u64),
    stop: &'a Stop,
}

impl<F: Fn(f64, f64) -> Option<Vector3>> Search<'_, F> {
    /// Moves a side of the box outwards as far as the region goes.
    fn side(&self, side: Side, open: &[Cell], found: &mut Option<PixelBox>) -> Result<(), GivenUp> {
        // The outermost first, of these the smallest, the last one first.
        let mut known: Vec<Cell> = Vec::new();
        let mut heap: BinaryHeap<(u64, Reverse<u64>, usize)> = BinaryHeap::new();
        let add = |known: &mut Vec<Cell>, heap: &mut BinaryHeap<_>, cell: Cell| {
            heap.push((side.reach(&cell.pixels), Reverse(cell.pixels.area()), known.len()));
            known.push(cell);
        };
        open.iter().for_each(|cell| add(&mut known, &mut heap, cell.clone()));
        while let Some((reach, _, number)) = heap.pop() {
            if found.is_some_and(|found| side.reach(&found) >= reach) {
                break;
            }
            let Some(cell) = known.get(number).cloned() else { continue };
            for quarter in self.opened(&cell, found)? {
                add(&mut known, &mut heap, quarter);
            }
        }
        Ok(())
    }

    /// Looks at a cell, adds it to what is found if it belongs there; the quarters that must be looked at.
    fn opened(&self, cell: &Cell, found: &mut Option<PixelBox>) -> Result<Vec<Cell>, GivenUp> {
        self.stop.check()?;
        let pixels = cell.pixels;
        match self.look(cell) {
            Look::Apart => {}
            Look::Touches => *found = Some(found.map_or(pixels, |found| found.with(&pixels))),
            Look::Open(near) => {
                let cells = quarters(&pixels).map(|pixels| Cell { pixels, near: near.clone() });
                return Ok(cells.collect());
            }
        }
        Ok(Vec::new())
    }

    fn look(&self, cell: &Cell) -> Look {
        let (pixels, near) = (&cell.pixels, &cell.near);
        let (x, y) = (edges(pixels.x), edges(pixels.y));
        if pixels.area() == 1 {
            let touches = self.touches(near, (x.0, x.2), (y.0, y.2), DEEPEST);
            return if touches { Look::Touches } else { Look::Apart };
        }
        let corners =
            [(x.0, y.0), (x.2, y.0), (x.2, y.2), (x.0, y.2)].map(|(x, y)| (self.sky)(x, y));
        let centre = (self.sky)(x.1, y.1);
        let sides = [(x.1, y.0), (x.2, y.1), (x.1, y.2), (x.0, y.1)].map(|(x, y)| (self.sky)(x, y));
        let places = corners.into_iter().chain(sides);
        let Some(centre) = centre else {
            let small = pixels.size().0 <= (self.size.0 / FINEST).max(1)
                && pixels.size().1 <= (self.size.1 / FINEST).max(1);
            return if small && places.flatten().next().is_none() {
                Look::Apart
            } else {
                Look::Open(near.clone())
            };
        };
        let mut radius = places.map(|place| place.map(|place| distance(centre, place)));
        let radius =
            radius.try_fold(0.0, |most: f64, radius| radius.map(|radius| most.max(radius)));
        let Some(radius) = radius.map(|radius| radius * MARGIN + LEAST) else {
            return Look::Open(near.clone());
        };
        let circle = Circle::from_angle(centre, radius);
        let near = self.parts.near(near, &circle);
        if near.is_empty() {
            Look::Apart
        } else if self.parts.hold(&near, &circle) {
            Look::Touches
        } else {
            Look::Open(near.into())
        }
    }

    /// Whether the area of a pixel, or of a part of one, shares a point with the region.
    fn touches(&self, near: &[usize], x: (f64, f64), y: (f64, f64), depth: u32) -> bool {
        let middle = (0.5 * (x.0 + x.1), 0.5 * (y.0 + y.1));
        let corners = [(x.0, y.0), (x.1, y.0), (x.1, y.1), (x.0, y.1)];
        let corners = corners.map(|(x, y)| (self.sky)(x, y));
        let centre = (self.sky)(middle.0, middle.1);
        let [Some(southwest), Some(southeast), Some(northeast), Some(northwest)] = corners else {
            // At the edge of a projection: what of it is known to have sky.
            let mut places = corners.into_iter().chain([centre]).flatten();
            return places.any(|place| self.parts.have(near, place));
        };
        let corners = [southwest, southeast, northeast, northwest];
        let sides = [
            (southwest, southeast, middle.0, y.0),
            (southeast, northeast, x.1, middle.1),
            (northeast, northwest, middle.0, y.1),
            (northwest, southwest, x.0, middle.1),
        ];
        let bent = |(from, to, x, y): (Vector3, Vector3, f64, f64)| {
            (self.sky)(x, y).is_none_or(|place| is_bent(from, to, place))
        };
        if depth > 0
            && distance(southwest, northeast).max(distance(southeast, northwest)) > SMALL
            && sides.into_iter().any(bent)
        {
            let halves = |(first, last): (f64, f64), middle: f64| [(first, middle), (middle, last)];
            let mut parts =
                halves(y, middle.1).into_iter().flat_map(|y| halves(x, middle.0).map(|x| (x, y)));
            return parts.any(|(x, y)| self.touches(near, x, y, depth - 1));
        }
        if let Ok(area) = polygon(&corners) {
            return self.parts.meet(near, &area);
        }
        // Corners that coincide, as at the pole of a cylinder, or a pixel as large as the sky.
        let Some(centre) = centre else { return true };
        let radius = corners.map(|place| distance(centre, place)).into_iter().fold(0.0, f64::max);
        self.parts.meet(near, &Region::Circle(Circle::from_angle(centre, radius)))
    }
}

/// Whether the middle of an edge is farther from the great circle between its ends than a thousandth of its length.
fn is_bent(from: Vector3, to: Vector3, middle: Vector3) -> bool {
    match from.robust_cross(to).normalized() {
        Some((normal, _)) => middle.dot(normal).abs() > 1e-3 * distance(from, to),
        None => true,
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
