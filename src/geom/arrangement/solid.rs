//! Regions as conditions, each with its distance and its way inwards.
//!
//! In: a region. Out: whether a direction fulfils it, where a direction on a boundary is looked at
//! from one side of it; and the arcs of all boundaries.

use std::f64::consts::{FRAC_PI_2, PI};

use super::arc::{Arc, Curve};
use super::oval;
use super::ring::Ring;
use crate::geom::relation::edges;
use crate::geom::{Circle, Ellipse, LonLat, LonLatBox, Region, TOUCHING, Vector3, distance};

/// A region made ready for questions.
#[derive(Debug, Clone)]
pub(super) enum Solid {
    Nothing,
    Everything,
    /// Ways inwards across the edges, and across the sharp corners.
    Polygon(Vec<Vector3>),
    Disc(Ring),
    Point(Vector3),
    Box(LonLatBox),
    Ellipse(Ellipse),
    Any(Vec<Solid>),
    All(Vec<Solid>),
}

/// The boundaries of regions.
#[derive(Debug, Default)]
pub(super) struct Boundary {
    pub arcs: Vec<Arc>,
    /// Directions that are regions of their own, or corners of none.
    pub points: Vec<Vector3>,
}

impl Solid {
    /// Takes a region apart, adding its boundaries to `boundary`.
    pub fn new(region: &Region, boundary: &mut Boundary) -> Self {
        match region {
            Region::ConvexPolygon(vertices) => Self::polygon(vertices, boundary),
            Region::Circle(circle) => Self::circle(circle, boundary),
            Region::Box(lonlat_box) => Self::lonlat_box(lonlat_box, boundary),
            Region::Ellipse(ellipse) => Self::ellipse(ellipse, boundary),
            Region::Union(operands) => {
                Self::Any(operands.iter().map(|operand| Self::new(operand, boundary)).collect())
            }
            Region::Intersection(operands) => {
                Self::All(operands.iter().map(|operand| Self::new(operand, boundary)).collect())
            }
        }
    }

    fn polygon(vertices: &[Vector3], boundary: &mut Boundary) -> Self {
        let arcs = edges(vertices).filter_map(|(from, to)| Arc::great(from, to));
        let start = boundary.arcs.len();
        boundary.arcs.extend(arcs);
        boundary.points.extend(vertices.first());
        let arcs = boundary.arcs.get(start..).unwrap_or_default();
        let corners = arcs.iter().cycle().skip(1).zip(arcs).filter_map(|(b, a)| sharp_corner(a, b));
        let inwards = arcs.iter().map(|arc| arc.left(0.0)).chain(corners).collect::<Vec<_>>();
        match (inwards.is_empty(), vertices.first()) {
            (false, _) => Self::Polygon(inwards),
            (true, Some(only)) => Self::Point(*only),
            (true, None) => Self::Nothing,
        }
    }

    fn circle(circle: &Circle, boundary: &mut Boundary) -> Self {
        if circle.is_full() {
            return Self::Everything;
        }
        if circle.is_empty() || circle.squared_chord_length.is_nan() {
            return Self::Nothing;
        }
        if circle.squared_chord_length <= TOUCHING * TOUCHING {
            boundary.points.push(circle.center);
            return Self::Point(circle.center);
        }
        match Ring::around(circle.center, circle.squared_chord_length) {
            None => Self::Nothing,
            Some(ring) => {
                boundary.arcs.push(Arc::new(Curve::Ring(ring), 2.0 * PI));
                Self::Disc(ring)
            }
        }
    }

    fn ellipse(ellipse: &Ellipse, boundary: &mut Boundary) -> Self {
        if ellipse.is_full() {
            return Self::Everything;
        }
        if ellipse.is_empty() {
            return Self::Nothing;
        }
        // Between two great circles, or a hemisphere: the equation degenerates.
        if ellipse.tan_a.abs() < TOUCHING || ellipse.tan_b.abs() < TOUCHING {
            return Self::circle(&Circle::from_angle(ellipse.center(), FRAC_PI_2), boundary);
        }
        if ellipse.alpha().min(ellipse.beta()) <= TOUCHING {
            boundary.points.push(ellipse.center());
            return Self::Point(ellipse.center());
        }
        boundary.arcs.push(Arc::new(Curve::Oval(*ellipse), 2.0 * PI));
        Self::Ellipse(*ellipse)
    }

    fn lonlat_box(lonlat_box: &LonLatBox, boundary: &mut Boundary) -> Self {
        if lonlat_box.is_empty() {
            return Self::Nothing;
        }
        if lonlat_box.is_full() {
            return Self::Everything;
        }
        let ((west, east), (south, north)) = (lonlat_box.lon, lonlat_box.lat);
        let corner = Vector3::from_lon_lat;
        boundary.points.extend([corner(west, south), corner(east, north)]);
        let width = if lonlat_box.is_all_longitudes() { 2.0 * PI } else { lonlat_box.width() };
        // Eastwards along the south, westwards along the north: the box is on the left.
        for (lat, from, northwards) in [(south, west, true), (north, east, false)] {
            let pole = if lat >= 0.0 { Vector3::Z } else { -Vector3::Z };
            let half = (0.5 * (FRAC_PI_2 - lat.abs())).sin();
            if half > TOUCHING && width > 0.0 {
                let first = corner(from, 0.0);
                let on_left = northwards == (lat >= 0.0);
                let ring = Ring::new(pole, 4.0 * half * half, first, on_left);
                boundary.arcs.push(Arc::new(Curve::Ring(ring), width));
            }
        }
        if !lonlat_box.is_all_longitudes() && north > south {
            for (lon, sign) in [(east, 1.0), (west, -1.0)] {
                let axis = Vector3::new(lon.sin(), -lon.cos(), 0.0) * sign;
                let first = corner(lon, if sign > 0.0 { south } else { north });
                let ring = Ring::great(axis, first);
                boundary.arcs.push(Arc::new(Curve::Ring(ring), north - south));
            }
        }
        Self::Box(*lonlat_box)
    }

    /// Whether the region holds `v`. With a `side`, `v` stands for the directions next to it that
    /// way; without, a boundary within the tolerance belongs to the region.
    pub fn holds(&self, v: Vector3, side: Option<Vector3>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Polygon(inwards) => inwards.iter().all(|n| fulfils(n.dot(v), *n, side)),
            Self::Disc(ring) => fulfils(ring.left(v), ring.axis, side),
            Self::Point(point) => side.is_none() && (v - *point).norm() <= TOUCHING,
            Self::Box(lonlat_box) => box_holds(lonlat_box, v, side),
            Self::Ellipse(ellipse) => {
                let (depth, inwards) = oval::inside(ellipse, v);
                // Beyond the ends of a very thin one the estimated depth stays small.
                let longest = ellipse.alpha().max(ellipse.beta());
                distance(ellipse.center(), v) <= longest + 2.0 * TOUCHING
                    && fulfils(depth, inwards, side)
            }
            Self::Any(operands) => operands.iter().any(|operand| operand.holds(v, side)),
            Self::All(operands) => operands.iter().all(|operand| operand.holds(v, side)),
        }
    }
}

/// The way inwards across the corner between two edges that meet at less than 60 degrees.
///
/// Beyond a sharp corner a direction is within the tolerance of both edges' planes for long after it
/// is farther than that from the polygon; the great circle across the corner ends it there.
fn sharp_corner(before: &Arc, after: &Arc) -> Option<Vector3> {
    let corner = after.point(0.0);
    let (back, forth) = (corner.cross(before.left(0.0)), after.left(0.0).cross(corner));
    let inwards = (back + forth).normalized()?.0;
    (back.dot(forth) > 0.5).then_some(inwards)
}

/// Whether a condition with this margin holds at a place, or next to it.
fn fulfils(margin: f64, inwards: Vector3, side: Option<Vector3>) -> bool {
    match side {
        _ if margin > TOUCHING => true,
        _ if margin < -TOUCHING => false,
        None => margin.is_finite(),
        Some(side) => inwards.dot(side) > 0.0,
    }
}

fn box_holds(lonlat_box: &LonLatBox, v: Vector3, side: Option<Vector3>) -> bool {
    let ((west, east), (south, north)) = (lonlat_box.lon, lonlat_box.lat);
    let lat = LonLat::from(v).lat;
    if (south > -FRAC_PI_2 && !fulfils(lat - south, Vector3::Z, side))
        || (north < FRAC_PI_2 && !fulfils(north - lat, -Vector3::Z, side))
    {
        return false;
    }
    if lonlat_box.is_all_longitudes() {
        return true;
    }
    let from_west = Vector3::new(-west.sin(), west.cos(), 0.0);
    let from_east = Vector3::new(east.sin(), -east.cos(), 0.0);
    let width = lonlat_box.width();
    let facing = Vector3::from_lon_lat(west + 0.5 * width, 0.0).dot(v);
    // The planes of the meridians go on behind the axis, where they bound nothing.
    if (facing >= -TOUCHING) != (width <= PI) {
        return width > PI;
    }
    let east_of_west = fulfils(from_west.dot(v), from_west, side);
    let west_of_east = fulfils(from_east.dot(v), from_east, side);
    if width > PI { east_of_west || west_of_east } else { east_of_west && west_of_east }
}
