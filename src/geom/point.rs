//! Whether a region contains a direction (`sphgeom.Region.contains(UnitVector3d)`).
//!
//! In: a region and a unit vector. Out: a truth value; boundaries belong to regions. Polygons are
//! decided exactly, the others in the same operations as sphgeom, with two differences: the pole
//! belongs to every box whose latitudes reach it (for sphgeom the pole has the longitude 0 and no
//! other), and vectors that are not finite are nowhere (for sphgeom a NaN is in every box).

use std::f64::consts::FRAC_PI_2;

use super::{Circle, Ellipse, LonLat, LonLatBox, Region, Vector3, orientation};

/// Whether the region contains the direction `v`.
pub fn contains_point(region: &Region, v: Vector3) -> bool {
    if !(v.x.is_finite() && v.y.is_finite() && v.z.is_finite()) {
        return false;
    }
    match region {
        Region::ConvexPolygon(vertices) => polygon_contains(vertices, v),
        Region::Circle(circle) => circle.contains_point(v),
        Region::Box(lonlat_box) => lonlat_box.contains_point(v),
        Region::Ellipse(ellipse) => ellipse.contains_point(v),
        Region::Union(operands) => operands.iter().any(|operand| contains_point(operand, v)),
        Region::Intersection(operands) => operands.iter().all(|operand| contains_point(operand, v)),
    }
}

/// Whether a convex polygon contains `v`: to the left of every edge, or on it.
pub(super) fn polygon_contains(vertices: &[Vector3], v: Vector3) -> bool {
    let Some(mut from) = vertices.last().copied() else { return false };
    for &to in vertices {
        if orientation(v, from, to) < 0 {
            return false;
        }
        from = to;
    }
    true
}

impl Circle {
    /// Whether the circle contains `v`.
    pub fn contains_point(&self, v: Vector3) -> bool {
        self.is_full() || (v - self.center).squared_norm() <= self.squared_chord_length
    }
}

impl LonLatBox {
    /// Whether the box contains `v`.
    pub fn contains_point(&self, v: Vector3) -> bool {
        let LonLat { lon, lat } = LonLat::from(v);
        if !(self.lat.0 <= lat && lat <= self.lat.1) {
            return false;
        }
        self.contains_lon(lon) || (lat.abs() >= FRAC_PI_2 && !self.is_empty())
    }

    /// Whether a longitude in [0, 2π] is between the meridians.
    pub(super) fn contains_lon(&self, lon: f64) -> bool {
        let (west, east) = self.lon;
        if west > east { lon <= east || west <= lon } else { west <= lon && lon <= east }
    }
}

impl Ellipse {
    /// Whether the ellipse contains `v`.
    pub fn contains_point(&self, v: Vector3) -> bool {
        if self.is_full() || self.is_empty() {
            return self.is_full();
        }
        let (first, second, height) = self.coordinates(v);
        let (first, second) = (first * self.tan_a, second * self.tan_b);
        let outside = (first * first + second * second) - height * height;
        if self.a > 0.0 { height >= 0.0 || outside >= 0.0 } else { height >= 0.0 && outside <= 0.0 }
    }

    /// Components along the axes, accurate near the centre and opposite to it.
    pub(super) fn coordinates(&self, v: Vector3) -> (f64, f64, f64) {
        let [first, second, center] = self.axes;
        let along = v.dot(center);
        let (near, height) = if along > 0.5 {
            (v - center, 1.0)
        } else if along < -0.5 {
            (v + center, -1.0)
        } else {
            (v, 0.0)
        };
        (near.dot(first), near.dot(second), near.dot(center) + height)
    }
}
