//! Whether a trixel is certainly apart from a region, for searches.
//!
//! In: trixels and regions. Out: truth values that are on the safe side of every predicate. sphgeom's
//! relations are not: its margins are smaller than the tolerance within which `intersects` counts
//! boundaries as touching, it knows a pole at one longitude only, and trixels stick out of the ones
//! they are a part of by what rounding their corners comes to.

use super::Trixel;
use super::bounds::{trixel_box, trixel_lonlat_box};
use crate::geom::relate::nearest;
use crate::geom::relation::{Relation, edges, polygon_within_polygon};
use crate::geom::{Circle, Ellipse, LonLatBox, TOUCHING, Vector3};

/// What is nearer than this to a region, in radians, is not apart from it: far more than what counts
/// as touching and what rounding adds, far less than the smallest trixel (4e-8).
const MARGIN: f64 = 100.0 * TOUCHING;

/// A circle with its margin, whether one asks for its radius or for its chord.
pub(super) fn wide_circle(circle: &Circle) -> Circle {
    if circle.is_full() {
        return Circle::FULL;
    }
    if circle.is_empty() || circle.squared_chord_length.is_nan() {
        return Circle::EMPTY;
    }
    // Chords are compared as rounded numbers, which near the opposite of the centre are coarse.
    let chord = circle.squared_chord_length * (1.0 + 16.0 * f64::EPSILON);
    if chord >= 4.0 {
        return Circle::FULL;
    }
    let radius = 2.0 * chord.sqrt().atan2((4.0 - chord).sqrt());
    Circle::from_angle(circle.center, radius.max(circle.opening_angle) + MARGIN)
}

/// The circle around an ellipse, whose guard is larger than the margin.
pub(super) fn wide_ellipse(ellipse: &Ellipse) -> Circle {
    match (ellipse.is_full(), ellipse.is_empty()) {
        (true, _) => Circle::FULL,
        (_, true) => Circle::EMPTY,
        _ => wide_circle(&ellipse.bounding_circle()),
    }
}

/// A trixel and a convex polygon.
pub(super) fn trixel_polygon(trixel: &Trixel, vertices: &[Vector3]) -> Relation {
    if separated(trixel, vertices) || separated(vertices, trixel) {
        return Relation { disjoint: true, ..Relation::default() };
    }
    let exact = polygon_within_polygon(trixel, vertices);
    let near = |corners: &[Vector3], others: &[Vector3]| {
        corners.iter().any(|v| edges(others).any(|(from, to)| nearest(*v, from, to) <= MARGIN))
    };
    let disjoint = exact.disjoint && !near(trixel, vertices) && !near(vertices, trixel);
    Relation { disjoint, ..exact }
}

/// Whether an edge of the first has the whole second polygon beyond its margin: the quick way to
/// tell most pairs apart.
fn separated(first: &[Vector3], second: &[Vector3]) -> bool {
    edges(first).any(|(from, to)| {
        let normal = from.robust_cross(to).normalized();
        normal.is_some_and(|(n, _)| second.iter().all(|v| n.dot(*v) < -MARGIN))
    })
}

/// A trixel and a box.
pub(super) fn trixel_wide_box(trixel: &Trixel, lonlat_box: &LonLatBox) -> Relation {
    if lonlat_box.is_empty() {
        return Relation { disjoint: true, ..Relation::default() };
    }
    // The box around a trixel has a margin of its own.
    let (south, north) = trixel_box(trixel).lat;
    let beyond = south > lonlat_box.lat.1 || north < lonlat_box.lat.0;
    let disjoint = beyond || beside(trixel, lonlat_box);
    Relation { disjoint, ..trixel_lonlat_box(trixel, lonlat_box) }
}

/// Whether a trixel is outside the planes of the meridians that bound a box, however near a pole.
fn beside(trixel: &Trixel, lonlat_box: &LonLatBox) -> bool {
    if lonlat_box.is_all_longitudes() {
        return false;
    }
    let ((west, east), width) = (lonlat_box.lon, lonlat_box.width());
    let outside = |inwards: Vector3| trixel.iter().all(|v| inwards.dot(*v) < -MARGIN);
    let of_west = outside(Vector3::new(-west.sin(), west.cos(), 0.0));
    let of_east = outside(Vector3::new(east.sin(), -east.cos(), 0.0));
    if width > std::f64::consts::PI {
        return of_west && of_east;
    }
    of_west || of_east || outside(Vector3::from_lon_lat(west + 0.5 * width, 0.0))
}
