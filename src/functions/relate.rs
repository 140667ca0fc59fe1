//! CONTAINS, INTERSECTS, AREA and CENTROID of ADQL.
//!
//! In: points and regions. Out: truth values, square degrees, a position. Boundaries belong to regions.
//! A position is in a circle by the angle to its centre, which is what DISTANCE tells; everything else
//! is as [`crate::geom`] has it.

use super::{Geometry, Point};
use crate::geom::{self, Circle, Region, Vector3, to_degrees};

/// Whether `outer` holds all of `inner`.
pub fn contains(outer: &Geometry, inner: &Geometry) -> bool {
    match (outer, inner) {
        (Geometry::Point(a), Geometry::Point(b)) => same(*a, *b),
        (Geometry::Region(region), Geometry::Point(point)) => holds(region, point.vector()),
        (Geometry::Point(point), Geometry::Region(region)) => {
            geom::contains(&Region::Circle(Circle::from_angle(point.vector(), 0.0)), region)
        }
        (Geometry::Region(a), Geometry::Region(b)) => geom::contains(a, b),
    }
}

/// Whether two geometries share a direction; for a point, whether it is in the other.
pub fn intersects(a: &Geometry, b: &Geometry) -> bool {
    match (a, b) {
        (Geometry::Point(a), Geometry::Point(b)) => same(*a, *b),
        (Geometry::Point(point), Geometry::Region(region))
        | (Geometry::Region(region), Geometry::Point(point)) => holds(region, point.vector()),
        (Geometry::Region(a), Geometry::Region(b)) => geom::intersects(a, b),
    }
}

fn same(a: Point, b: Point) -> bool {
    geom::distance(a.vector(), b.vector()) <= 0.0
}

fn holds(region: &Region, v: Vector3) -> bool {
    match region {
        Region::Circle(circle) => {
            // Not by the chord, which is that of a full circle from 179.999999 degrees on.
            !circle.is_empty() && geom::distance(v, circle.center) <= circle.opening_angle
        }
        Region::Union(operands) => operands.iter().any(|operand| holds(operand, v)),
        Region::Intersection(operands) => operands.iter().all(|operand| holds(operand, v)),
        _ => geom::contains_point(region, v),
    }
}

/// The area in square degrees.
pub fn area(geometry: &Geometry) -> f64 {
    match geometry {
        Geometry::Point(_) => 0.0,
        Geometry::Region(region) => to_degrees(to_degrees(region.area())),
    }
}

/// The centre of mass; `None` where no direction prevails, as for the whole sphere.
pub fn centroid(geometry: &Geometry) -> Option<Point> {
    match geometry {
        Geometry::Point(point) => Some(*point),
        Geometry::Region(region) => region.centroid().map(|v| {
            let exact = Point::of_vector(v);
            // The centre of CIRCLE(12.3, 45.6, 1) is POINT(12.3, 45.6).
            Point::new(tidy(exact.lon()), tidy(exact.lat())).unwrap_or(exact)
        }),
    }
}

/// Degrees without what the way through unit vectors adds: rounded to 1e-12, which is 4e-9″.
pub(super) fn tidy(degrees: f64) -> f64 {
    (degrees * 1e12).round() / 1e12 + 0.0
}

/// Whether a region column holds nothing, so that no direction is in it: it is empty, or no region at all.
pub fn is_nowhere(column: &str) -> bool {
    match Geometry::of_region_column(column) {
        Some(Geometry::Region(region)) => !geom::intersects(&region, &Region::Circle(Circle::FULL)),
        Some(Geometry::Point(_)) => false,
        None => true,
    }
}
