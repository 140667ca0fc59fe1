//! Bounding circles of all regions (`sphgeom.Region.getBoundingCircle`).

use super::{Circle, Region, polygon};

impl Region {
    /// The circle that sphgeom bounds the region with; its radius includes sphgeom's guards.
    ///
    /// `None` when a polygon has no direction: all vertices the same, or moments that cancel.
    pub fn bounding_circle(&self) -> Option<Circle> {
        match self {
            Self::ConvexPolygon(vertices) => polygon::bounding_circle(vertices),
            Self::Circle(circle) => Some(*circle),
            Self::Box(lonlat_box) => Some(lonlat_box.bounding_circle()),
            Self::Ellipse(ellipse) => Some(ellipse.bounding_circle()),
            Self::Union(operands) => fold(operands, Circle::EMPTY, Circle::expanded_to),
            Self::Intersection(operands) => fold(operands, Circle::FULL, Circle::clipped_to),
        }
    }
}

/// Combines the circles of all operands from the first to the last.
fn fold(
    operands: &[Region],
    none: Circle,
    combine: impl Fn(Circle, Circle) -> Circle,
) -> Option<Circle> {
    let Some((first, rest)) = operands.split_first() else { return Some(none) };
    rest.iter().try_fold(first.bounding_circle()?, |bounds, operand| {
        Some(combine(bounds, operand.bounding_circle()?))
    })
}
