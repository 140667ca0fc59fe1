//! The trixels of a region (`sphgeom.Pixelization.envelope`, `interior`), and those for a search.
//!
//! In: a region, a level, a cap on the number of ranges (0 for none). Out: ranges of indices at that
//! level. An envelope holds every trixel that touches the region, and may hold others; an interior
//! holds only trixels inside it. A cover is an envelope on the safe side of what this crate's
//! predicates accept: sphgeom's, which Butler stores, may lack a trixel that the region just touches.
//! Where a cap is reached all are rounded to coarser trixels, the interior inwards, the others
//! outwards.
//!
//! Two differences from sphgeom: the cap also holds for unions and intersections, which in sphgeom
//! may exceed it; and the interior of an ellipse is inside the ellipse, where sphgeom takes that of
//! the circle around it.

use super::bounds::trixel_lonlat_box;
use super::cover::{trixel_polygon, trixel_wide_box, wide_circle, wide_ellipse};
use super::ranges::{Range, expand, intersection, push, shrink, union};
use super::{MAX_LEVEL, Trixel, children, root, universe};
use crate::geom::relation::{Relation, polygon_circle, polygon_within_polygon};
use crate::geom::{Circle, Ellipse, LonLatBox, MAX_ASIN_ERROR, Region, Vector3};

/// The ranges of trixels at a level that cover a region; empty for a level above [`MAX_LEVEL`].
pub fn envelope(region: &Region, level: u32, max_ranges: usize) -> Vec<Range> {
    let mut found = find(region, level, max_ranges, Search::Envelope);
    cap(&mut found, level, max_ranges, Search::Envelope);
    found
}

/// The ranges of trixels at a level among which a search finds all that meets a region; empty for a
/// level above [`MAX_LEVEL`].
///
/// Held are every trixel whose polygon [`intersects`](crate::geom::intersects) the region, and the
/// [`index`](super::index) of every direction that the region contains or touches.
pub fn cover(region: &Region, level: u32, max_ranges: usize) -> Vec<Range> {
    let mut found = find(region, level, max_ranges, Search::Cover);
    cap(&mut found, level, max_ranges, Search::Cover);
    found
}

/// The ranges of trixels at a level that are inside a region; empty for a level above [`MAX_LEVEL`].
pub fn interior(region: &Region, level: u32, max_ranges: usize) -> Vec<Range> {
    let mut found = find(region, level, max_ranges, Search::Interior);
    cap(&mut found, level, max_ranges, Search::Interior);
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Search {
    Cover,
    Envelope,
    Interior,
}

impl Search {
    /// Rounds ranges to multiples of 2^`bits` on the safe side.
    fn simplify(self, ranges: &mut Vec<Range>, bits: u32) {
        match self {
            Self::Cover | Self::Envelope => expand(ranges, bits),
            Self::Interior => shrink(ranges, bits),
        }
    }
}

/// What a trixel is compared with.
enum Target<'a> {
    Circle(Circle),
    Box(&'a LonLatBox),
    Polygon(&'a [Vector3]),
    Ellipse(&'a Ellipse),
    WideBox(&'a LonLatBox),
    WidePolygon(&'a [Vector3]),
}

impl<'a> Target<'a> {
    /// Of a region that is no compound.
    fn new(region: &'a Region, search: Search) -> Option<Self> {
        Some(match (region, search) {
            (Region::Circle(circle), Search::Cover) => Self::Circle(wide_circle(circle)),
            (Region::Circle(circle), _) => Self::Circle(*circle),
            (Region::Box(lonlat_box), Search::Cover) => Self::WideBox(lonlat_box),
            (Region::Box(lonlat_box), _) => Self::Box(lonlat_box),
            (Region::ConvexPolygon(vertices), Search::Cover) => Self::WidePolygon(vertices),
            (Region::ConvexPolygon(vertices), _) => Self::Polygon(vertices),
            (Region::Ellipse(ellipse), Search::Cover) => Self::Circle(wide_ellipse(ellipse)),
            (Region::Ellipse(ellipse), Search::Envelope) => Self::Circle(ellipse.bounding_circle()),
            (Region::Ellipse(ellipse), Search::Interior) => Self::Ellipse(ellipse),
            (Region::Union(_) | Region::Intersection(_), _) => return None,
        })
    }

    fn relate(&self, trixel: &Trixel) -> Relation {
        match self {
            Self::Circle(circle) => polygon_circle(trixel, circle),
            Self::Box(lonlat_box) => trixel_lonlat_box(trixel, lonlat_box),
            Self::Polygon(vertices) => polygon_within_polygon(trixel, vertices),
            Self::WideBox(lonlat_box) => trixel_wide_box(trixel, lonlat_box),
            Self::WidePolygon(vertices) => trixel_polygon(trixel, vertices),
            Self::Ellipse(ellipse) => {
                let outer = polygon_circle(trixel, &ellipse.bounding_circle());
                Relation { within: within_ellipse(trixel, ellipse), ..outer }
            }
        }
    }
}

/// Whether a trixel is certainly inside an ellipse.
fn within_ellipse(trixel: &Trixel, ellipse: &Ellipse) -> bool {
    if ellipse.is_full() || ellipse.is_empty() {
        return ellipse.is_full();
    }
    if ellipse.a < 0.0 {
        // An ellipse smaller than a hemisphere is convex.
        return trixel.iter().all(|v| ellipse.contains_point(*v));
    }
    let radius = ellipse.alpha().min(ellipse.beta()) - 2.0 * MAX_ASIN_ERROR;
    polygon_circle(trixel, &Circle::from_angle(ellipse.center(), radius)).within
}

fn find(region: &Region, level: u32, max_ranges: usize, search: Search) -> Vec<Range> {
    let Some(all) = universe(level) else { return Vec::new() };
    if let Region::Intersection(operands) = region {
        return operands.iter().fold(vec![all], |found, operand| {
            intersection(&found, &find(operand, level, max_ranges, search))
        });
    }
    if let Region::Union(operands) = region {
        return operands.iter().fold(Vec::new(), |found, operand| {
            union(&found, &find(operand, level, max_ranges, search))
        });
    }
    let Some(target) = Target::new(region, search) else { return Vec::new() };
    let (wanted, max_ranges) = (i64::from(level), unlimited(max_ranges));
    let mut finder =
        Finder { target, search, ranges: Vec::new(), deepest: wanted, wanted, max_ranges };
    for number in 0..8 {
        finder.visit(&root(number), 8 + number, 0);
    }
    finder.ranges
}

/// A cap, where 0 stands for none.
fn unlimited(max_ranges: usize) -> usize {
    if max_ranges == 0 { usize::MAX } else { max_ranges }
}

/// Rounds to ever coarser trixels until there are few enough ranges.
fn cap(ranges: &mut Vec<Range>, level: u32, max_ranges: usize, search: Search) {
    let mut bits = 0;
    while ranges.len() > unlimited(max_ranges) && bits <= 2 * level.min(MAX_LEVEL) + 4 {
        bits += 2;
        search.simplify(ranges, bits);
    }
}

/// Descends from the root triangles.
struct Finder<'a> {
    target: Target<'a>,
    search: Search,
    ranges: Vec<Range>,
    /// The level of indices in `ranges`.
    wanted: i64,
    /// The level to descend to; less than `wanted` once the cap has been reached, even negative.
    deepest: i64,
    max_ranges: usize,
}

impl Finder<'_> {
    fn visit(&mut self, trixel: &Trixel, index: u64, level: i64) {
        // With a cap below 4, `deepest` may go below the roots; sphgeom then sees no further roots.
        let deepest = if self.search == Search::Cover { self.deepest.max(0) } else { self.deepest };
        if level > deepest {
            return;
        }
        let relation = self.target.relate(trixel);
        if relation.disjoint {
            return;
        }
        if relation.within {
            self.insert(index, level);
        } else if level == deepest {
            if self.search != Search::Interior {
                self.insert(index, level);
            }
        } else {
            for (child, number) in children(*trixel).iter().zip(0..) {
                self.visit(child, 4 * index + number, level + 1);
            }
        }
    }

    fn insert(&mut self, index: u64, level: i64) {
        let mut bits = u32::try_from(2 * (self.wanted - level)).unwrap_or(0);
        push(&mut self.ranges, Range { start: index << bits, end: (index + 1) << bits });
        while self.ranges.len() > self.max_ranges {
            self.deepest -= 1;
            bits += 2;
            self.search.simplify(&mut self.ranges, bits);
        }
    }
}
