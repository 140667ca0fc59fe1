//! Area and centroid of regions.
//!
//! In: a region of any kind. Out: steradians, and a direction. Polygons, circles and boxes have closed
//! forms with a relative error of a few 1e-16 divided by their size in radians; everything else is
//! summed along its outline, with an absolute error below 1e-12 times that size.

use super::arrangement::{self, excess};
use super::{Region, Vector3, polygon};

impl Region {
    /// The area in steradians; overlapping parts of a union count once.
    pub fn area(&self) -> f64 {
        let area = match self {
            Self::ConvexPolygon(vertices) => polygon_area(vertices),
            Self::Circle(circle) => {
                std::f64::consts::PI * circle.squared_chord_length.clamp(0.0, 4.0)
            }
            Self::Box(lonlat_box) if lonlat_box.is_empty() => 0.0,
            Self::Box(lonlat_box) => {
                let (south, north) = lonlat_box.lat;
                // sin north − sin south
                let height = 2.0 * (0.5 * (north + south)).cos() * (0.5 * (north - south)).sin();
                lonlat_box.width() * height
            }
            // Outlines thinner than what counts as touching may seem to have the whole sphere inside:
            // nothing is larger than its parts together, or than any that it lies in.
            Self::Union(operands) => {
                arrangement::area(self).min(operands.iter().map(Self::area).sum())
            }
            Self::Intersection(operands) => {
                operands.iter().map(Self::area).fold(arrangement::area(self), f64::min)
            }
            Self::Ellipse(_) => arrangement::area(self),
        };
        if area.is_finite() { area.max(0.0) } else { 0.0 }
    }

    /// The direction of the centre of mass; `None` when there is no area or no direction prevails.
    pub fn centroid(&self) -> Option<Vector3> {
        match self {
            Self::ConvexPolygon(vertices) => polygon::centroid(vertices),
            Self::Circle(circle) => {
                (!circle.is_full() && circle.squared_chord_length >= 0.0).then_some(circle.center)
            }
            Self::Ellipse(ellipse) => {
                (!ellipse.is_full() && !ellipse.is_empty()).then(|| ellipse.center())
            }
            _ => {
                let moment = arrangement::moment(self);
                // What rounding leaves of moments that cancel is no direction.
                let significant = moment.norm() > 1e-14 * self.area().max(1e-20);
                moment.normalized().filter(|_| significant).map(|(unit, _)| unit)
            }
        }
    }
}

/// Spherical excess as a fan of triangles.
fn polygon_area(vertices: &[Vector3]) -> f64 {
    let Some((first, rest)) = vertices.split_first() else { return 0.0 };
    rest.iter().zip(rest.iter().skip(1)).map(|(a, b)| excess(*first, *a, *b)).sum()
}
