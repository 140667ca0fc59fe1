//! How two regions relate: `INTERSECTS` and `CONTAINS` of ADQL.
//!
//! In: two regions of any kind. Out: truth values; boundaries belong to regions, so that touching
//! regions intersect. Two convex polygons, and two boxes, are compared exactly, with sphgeom's
//! answers. Where sphgeom answers on the safe side (circles within 0.01″ of touching; boxes and
//! ellipses with polygons; compounds that only together contain something), the true answer is
//! given here: boundaries closer than 1e-14 rad (2 nanoarcseconds) meet.

use std::f64::consts::{FRAC_PI_2, PI};

use super::arrangement;
use super::point::polygon_contains;
use super::relation::{edges, polygons_meet};
use super::{Circle, LonLatBox, Region, TOUCHING, Vector3, distance};

/// Whether two regions share a direction.
pub fn intersects(a: &Region, b: &Region) -> bool {
    match (a, b) {
        (Region::Union(operands), other) | (other, Region::Union(operands)) => {
            operands.iter().any(|operand| intersects(operand, other))
        }
        (Region::ConvexPolygon(a), Region::ConvexPolygon(b)) => polygons_meet(a, b),
        (Region::ConvexPolygon(vertices), Region::Circle(circle))
        | (Region::Circle(circle), Region::ConvexPolygon(vertices)) => {
            polygon_meets_circle(vertices, circle)
        }
        (Region::Circle(a), Region::Circle(b)) => {
            !nothing(a)
                && !nothing(b)
                && (a.is_full()
                    || b.is_full()
                    || distance(a.center, b.center) <= a.opening_angle + b.opening_angle + TOUCHING)
        }
        (Region::Box(a), Region::Box(b)) => boxes_meet(a, b),
        _ => !apart(a, b) && arrangement::intersects(a, b),
    }
}

/// Whether `a` holds all of `b`; every region holds the empty one.
pub fn contains(a: &Region, b: &Region) -> bool {
    match (a, b) {
        (_, Region::Union(operands)) => operands.iter().all(|operand| contains(a, operand)),
        (Region::Intersection(operands), _) => operands.iter().all(|operand| contains(operand, b)),
        (Region::Union(operands), _) if operands.iter().any(|operand| contains(operand, b)) => true,
        (_, Region::Intersection(operands))
            if operands.iter().any(|operand| contains(a, operand)) =>
        {
            true
        }
        (Region::ConvexPolygon(a), Region::ConvexPolygon(b)) => {
            b.iter().all(|v| polygon_contains(a, *v))
        }
        (Region::ConvexPolygon(vertices), Region::Circle(circle)) => {
            nothing(circle) || polygon_holds_circle(vertices, circle)
        }
        (Region::Circle(circle), Region::ConvexPolygon(vertices)) => {
            circle_holds_polygon(circle, vertices)
        }
        (Region::Circle(a), Region::Circle(b)) => {
            a.is_full()
                || nothing(b)
                || (!nothing(a)
                    && !b.is_full()
                    && distance(a.center, b.center) + b.opening_angle <= a.opening_angle + TOUCHING)
        }
        (Region::Box(a), Region::Box(b)) => box_holds_box(a, b),
        (Region::Union(operands), _) => {
            // What is far from `b` cannot help to hold it.
            let near = operands.iter().filter(|operand| !apart(operand, b)).cloned().collect();
            arrangement::contains(&Region::Union(near), b)
        }
        _ => arrangement::contains(a, b),
    }
}

/// True for circles without directions, NaN included.
fn nothing(circle: &Circle) -> bool {
    circle.is_empty() || circle.squared_chord_length.is_nan()
}

/// Whether the circles around two regions say that they are apart.
fn apart(a: &Region, b: &Region) -> bool {
    match (a.bounding_circle(), b.bounding_circle()) {
        (Some(a), Some(b)) => {
            a.is_empty()
                || b.is_empty()
                || (!a.is_full()
                    && !b.is_full()
                    && distance(a.center, b.center) > a.opening_angle + b.opening_angle + 1.0e-7)
        }
        _ => false,
    }
}

/// The poles that a box reaches: south, north.
fn poles(lonlat_box: &LonLatBox) -> (bool, bool) {
    (lonlat_box.lat.0 <= -FRAC_PI_2, lonlat_box.lat.1 >= FRAC_PI_2)
}

fn boxes_meet(a: &LonLatBox, b: &LonLatBox) -> bool {
    if a.is_empty() || b.is_empty() || a.lat.0 > b.lat.1 || b.lat.0 > a.lat.1 {
        return false;
    }
    let (a_poles, b_poles) = (poles(a), poles(b));
    a.contains_lon(b.lon.0)
        || b.contains_lon(a.lon.0)
        || (a_poles.0 && b_poles.0)
        || (a_poles.1 && b_poles.1)
}

fn box_holds_box(a: &LonLatBox, b: &LonLatBox) -> bool {
    if b.is_empty() {
        return true;
    }
    if a.is_empty() || a.lat.0 > b.lat.0 || a.lat.1 < b.lat.1 {
        return false;
    }
    let ((a_west, a_east), (b_west, b_east)) = (a.lon, b.lon);
    // A box that is no more than a pole has no longitudes to compare.
    if b.lat.0 >= FRAC_PI_2 || b.lat.1 <= -FRAC_PI_2 {
        return true;
    }
    match (a_west > a_east, b_west > b_east) {
        (false, true) => a.is_all_longitudes(),
        (true, false) if b.is_all_longitudes() => false,
        (true, false) => b_west >= a_west || b_east <= a_east,
        _ => b_west >= a_west && b_east <= a_east,
    }
}

/// The angle from a direction to the nearest point of an edge.
pub(super) fn nearest(v: Vector3, from: Vector3, to: Vector3) -> f64 {
    if let Some((n, _)) = from.robust_cross(to).normalized() {
        let across = v.cross(n);
        if across.dot(from) > 0.0 && across.dot(to) < 0.0 {
            return v.dot(n).abs().atan2(across.norm());
        }
    }
    distance(v, from).min(distance(v, to))
}

fn polygon_meets_circle(vertices: &[Vector3], circle: &Circle) -> bool {
    if nothing(circle) || vertices.is_empty() {
        return false;
    }
    circle.is_full()
        || vertices.iter().any(|v| circle.contains_point(*v))
        || polygon_contains(vertices, circle.center)
        || edges(vertices)
            .any(|(from, to)| nearest(circle.center, from, to) <= circle.opening_angle + TOUCHING)
}

fn polygon_holds_circle(vertices: &[Vector3], circle: &Circle) -> bool {
    !circle.is_full()
        && polygon_contains(vertices, circle.center)
        && edges(vertices)
            .all(|(from, to)| nearest(circle.center, from, to) >= circle.opening_angle - TOUCHING)
}

/// No point of the polygon may be nearer to the opposite of the centre than the rest of the circle.
fn circle_holds_polygon(circle: &Circle, vertices: &[Vector3]) -> bool {
    if circle.is_full() || vertices.is_empty() {
        return true;
    }
    if nothing(circle) {
        return false;
    }
    let (opposite, rest) = (-circle.center, PI - circle.opening_angle);
    let holds = |v: &Vector3| {
        circle.contains_point(*v) || distance(*v, circle.center) <= circle.opening_angle + TOUCHING
    };
    vertices.iter().all(holds)
        && (circle.squared_chord_length <= 2.0
            || (!polygon_contains(vertices, opposite)
                && edges(vertices)
                    .all(|(from, to)| nearest(opposite, from, to) >= rest - TOUCHING)))
}
